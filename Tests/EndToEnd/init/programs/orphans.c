// Makes orphans: processes whose parent is gone.
//
//   orphans together COUNT [STATUS]  that live until this gets USR1, then all end at once; with a STATUS,
//                                    this ends with it in the same moment, without being told
//   orphans one-by-one COUNT         that end at once
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int held[2];

static void orphan(int ends_at_once) {
  pid_t parent = fork();
  if (parent == 0) {
    if (fork() == 0 && !ends_at_once) {
      char byte;
      alarm(60);
      close(held[1]);
      (void)!read(held[0], &byte, 1);
    }
    _exit(0);
  }
  waitpid(parent, NULL, 0);
}

int main(int argc, char **argv) {
  if (argc < 3 || pipe(held) != 0) return 99;
  alarm(60);
  sigset_t told;
  int number, ends_at_once = strcmp(argv[1], "one-by-one") == 0;
  sigemptyset(&told);
  sigaddset(&told, SIGUSR1);
  sigprocmask(SIG_BLOCK, &told, NULL);
  for (int count = atoi(argv[2]); count > 0; count--) orphan(ends_at_once);
  if (argc > 3) _exit(atoi(argv[3]));
  dprintf(STDOUT_FILENO, "made\n");
  sigwait(&told, &number);
  close(held[1]);
  dprintf(STDOUT_FILENO, "released\n");
  for (;;) pause();
}
