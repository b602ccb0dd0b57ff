// Notes every signal that reaches it, a line each: its pid, the signal, the si_code, the sender's pid.
//
//   recorder [-o FILE] [-c CHILDREN]
//
// -o: notes in this file, where standard output may go away. -c: that many children do the same.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

// Whatever goes wrong in a test, it doesn't outlive that by much.
static const struct timespec lifetime = {.tv_sec = 60};

int main(int argc, char **argv) {
  int children = 0, option;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  while ((option = getopt(argc, argv, "o:c:")) != -1) {
    if (option == 'o') dup2(open(optarg, O_WRONLY | O_CREAT | O_APPEND, 0644), STDOUT_FILENO);
    if (option == 'c') children = atoi(optarg);
  }
  for (int child = 0; child < children; child++)
    if (fork() == 0) break;
  dprintf(STDOUT_FILENO, "ready %d\n", getpid());
  siginfo_t info;
  while (sigtimedwait(&all, &info, &lifetime) > 0)
    if (info.si_signo != SIGCHLD)
      dprintf(STDOUT_FILENO, "%d %d %d %d\n", getpid(), info.si_signo, info.si_code, info.si_pid);
  return 99;
}
