// Starts commands again and again, by turns, each as PID 1 of a namespace of its own, and says how long after
// the start the process says that it runs (now.c).
//
//   starts ROUNDS COMMAND [// COMMAND]...
//
// A line a run: the command's place and the nanoseconds.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most = 16, patience = 10 };  // commands; seconds

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static pid_t start(char **command, int said) {
  pid_t init = syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, 0, 0, 0, 0);
  if (init != 0) return init;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(said, STDOUT_FILENO);
  dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
  execvp(command[0], command);
  _exit(98);
}

// Waits for the whole end, so that nothing of this run disturbs the next.
static long long run(char **command) {
  int said[2];
  if (pipe2(said, O_CLOEXEC)) exit(99);
  long long began = nanoseconds();
  pid_t init = start(command, said[1]);
  close(said[1]);
  char line[32] = "";
  struct pollfd readable = {.fd = said[0], .events = POLLIN};
  if (poll(&readable, 1, patience * 1000) > 0) (void)!read(said[0], line, sizeof line - 1);
  close(said[0]);
  siginfo_t ended;
  for (int left = patience * 1000; left > 0; left--) {
    ended.si_pid = 0;
    waitid(P_PID, init, &ended, WEXITED | WNOHANG);
    if (ended.si_pid) break;
    usleep(1000);
  }
  if (!ended.si_pid) {
    kill(init, SIGKILL);
    waitpid(init, NULL, 0);
  }
  long long runs = atoll(line);
  if (!runs) {
    fprintf(stderr, "starts: nothing said by %s\n", command[0]);
    exit(1);
  }
  return runs - began;
}

// Another order each round, so that what one leaves for the agent to do meets all alike.
static void shuffle(int *places, int count) {
  for (int last = count - 1; last > 0; last--) {
    int other = rand() % (last + 1), place = places[last];
    places[last] = places[other];
    places[other] = place;
  }
}

int main(int argc, char **argv) {
  char **commands[most] = {argv + 2};
  int count = 1;
  if (argc < 3) return 99;
  for (char **word = argv + 2; *word; word++) {
    if (strcmp(*word, "//") != 0) continue;
    *word = NULL;
    if (count == most) return 99;
    commands[count++] = word + 1;
  }
  int places[most];
  for (int place = 0; place < count; place++) places[place] = place;
  for (int round = atoi(argv[1]); round > 0; round--) {
    shuffle(places, count);
    for (int turn = 0; turn < count; turn++) printf("%d %lld\n", places[turn], run(commands[places[turn]]));
  }
  return 0;
}
