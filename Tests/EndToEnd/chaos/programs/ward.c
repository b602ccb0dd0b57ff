// Runs one init, as PID 1 of its own namespace or as anybody's child, and sees what it leaves. Told on
// descriptor 3, a line each: CLOCK_MONOTONIC in nanoseconds, what, and a number.
//
//   ward pid-1|child COMMAND...
//
// `init PID` when it is there; `exited STATUS` or `killed SIGNAL` when it isn't any more; `left COUNT`: how
// many processes it left running, which are then killed.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *what, int number) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  dprintf(3, "%lld %s %d\n", time.tv_sec * 1000000000LL + time.tv_nsec, what, number);
}

static pid_t start(int as_first, char **command) {
  long flags = SIGCHLD | (as_first ? CLONE_NEWPID | CLONE_NEWNS : 0);
  pid_t init = syscall(SYS_clone, flags, 0, 0, 0, 0);
  if (init != 0) return init;
  sigset_t none;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);
  // Whatever our caller ignores: a shell's background job ignores INT.
  for (int number = 1; number <= 64; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (as_first) {
    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  }
  execv(command[0], command);
  _exit(98);
}

static pid_t first_child(void) {
  int pid = 0;
  FILE *children = fopen("/proc/thread-self/children", "r");
  if (!children) exit(97);
  if (fscanf(children, "%d", &pid) != 1) pid = 0;
  fclose(children);
  return pid;
}

// Whose parent is gone comes to us.
static int kill_what_is_left(void) {
  int count = 0;
  while (waitpid(-1, NULL, WNOHANG) > 0) {}
  for (pid_t pid; (pid = first_child()) != 0; count++) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
  }
  return count;
}

int main(int argc, char **argv) {
  if (argc < 3) return 99;
  struct rlimit no_core = {0, 0};
  int status;
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t init = start(strcmp(argv[1], "pid-1") == 0, argv + 2);
  tell("init", init);
  waitpid(init, &status, 0);
  if (WIFEXITED(status)) tell("exited", WEXITSTATUS(status));
  else tell("killed", WTERMSIG(status));
  tell("left", kill_what_is_left());
  return 0;
}
