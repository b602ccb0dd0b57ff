// Starts a command for each line that it reads, with `@` in its words replaced by the line, and waits until all
// have ended. Then it says how: a line for each status, and how many ended with it.
//
//   fleet COMMAND [ARG]... <LINES
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *with(char *word, const char *line) {
  char *place = strchr(word, '@'), *new;
  if (!place || asprintf(&new, "%.*s%s%s", (int)(place - word), word, line, with(place + 1, line)) < 0) return word;
  return new;
}

int main(int argc, char **argv) {
  char line[64];
  int status, ends[256] = {0};
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (fork() != 0) continue;
    for (int word = 1; word < argc; word++) argv[word] = with(argv[word], line);
    execvp(argv[1], argv + 1);
    _exit(98);
  }
  while (wait(&status) > 0) ends[WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)]++;
  for (status = 0; status < 256; status++)
    if (ends[status]) printf("%d %d\n", status, ends[status]);
  return 0;
}
