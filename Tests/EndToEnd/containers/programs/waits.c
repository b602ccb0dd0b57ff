/* The smallest process that a container can have: says which signals it got, and ends on TERM and INT.
   `deaf` ignores TERM; `greedy` takes all the memory it gets at USR1; `ends N` ends at once. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int takes_memory(void) {
  for (;;) {
    char *more = malloc(1 << 20);
    if (!more) return 1;
    memset(more, 1, 1 << 20);
  }
}

int main(int count, char **words) {
  const char *how = count > 1 ? words[1] : "";
  if (!strcmp(how, "ends")) return atoi(words[2]);

  sigset_t all;
  sigfillset(&all);
  if (!strcmp(how, "deaf")) {
    signal(SIGTERM, SIG_IGN);
    sigdelset(&all, SIGTERM); /* an ignored signal that is blocked would be kept for sigwait */
  }
  sigprocmask(SIG_BLOCK, &all, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("waiting");
  for (int number; !sigwait(&all, &number);) {
    printf("got %s\n", sigabbrev_np(number));
    if (number == SIGTERM || number == SIGINT) return 0;
    if (number == SIGUSR1 && !strcmp(how, "greedy")) return takes_memory();
  }
}
