// Starts inits again and again, by turns, and sends each TERM within moments of its start.
//
//   terms exec|spawn pid-1|child DELAYS COMMAND [// COMMAND]...
//
// exec: counts from when the init itself was executed; spawn: from when it has started its process, which
// writes a line as soon as it can. DELAYS: in microseconds, commas between them; with each every command is
// run. A line a run: the command's place and `ended STATUS`, `missed STATUS` (the first TERM had no effect,
// a second one ended it) or `lost` (neither did). A status below zero: the init was killed by that signal.
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

enum { patience = 5000 };  // milliseconds

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void spin(long delay) {
  long long end = nanoseconds() + delay;
  while (nanoseconds() < end) {}
}

static int readable(int descriptor, int milliseconds) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  return poll(&one, 1, milliseconds) > 0;
}

// Whether a set of /proc/PID/status has TERM in it.
static int has_term(const char *status, const char *field) {
  const char *line = strstr(status, field);
  return line && strtoull(line + strlen(field), NULL, 16) >> (SIGTERM - 1) & 1;
}

// Whether it sleeps, and no TERM waits for it: then none is on its way through it.
static int is_at_rest(pid_t process) {
  char path[64], status[4096];
  snprintf(path, sizeof path, "/proc/%d/status", process);
  int file = open(path, O_RDONLY);
  ssize_t count = read(file, status, sizeof status - 1);
  close(file);
  if (count <= 0) return 0;
  status[count] = 0;
  return strstr(status, "State:\tS") && !has_term(status, "SigPnd:\t") && !has_term(status, "ShdPnd:\t");
}

// Its first child; 0: none.
static pid_t child_of(pid_t init) {
  char path[64], text[32] = "";
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", init, init);
  int file = open(path, O_RDONLY);
  (void)!read(file, text, sizeof text - 1);
  close(file);
  return atoi(text);
}

// Whether TERM is lost, rather than on its way. The init is looked at first: it passes it on to the child.
static int is_lost(pid_t init, int end) {
  long long deadline = nanoseconds() + patience * 1000000LL;
  while (nanoseconds() < deadline) {
    if (readable(end, 0)) return 0;
    if (is_at_rest(init) && is_at_rest(child_of(init))) return 1;
    readable(end, 1);
  }
  return 1;
}

static void wait_for_child(pid_t init, int end) {
  long long deadline = nanoseconds() + patience * 1000000LL;
  while (child_of(init) == 0 && !readable(end, 0) && nanoseconds() < deadline) {}
}

static pid_t start(int in_namespace, char **command, int said[2]) {
  pid_t init = syscall(SYS_clone, SIGCHLD | (in_namespace ? CLONE_NEWPID : 0), 0, 0, 0, 0);
  if (init != 0) return init;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
  dup2(said[1], STDOUT_FILENO);
  dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
  execvp(command[0], command);
  _exit(98);
}

static void run(int from_exec, int in_namespace, long delay, char **command) {
  int said[2], executed[2];
  char byte;
  if (pipe2(said, O_CLOEXEC) || pipe2(executed, O_CLOEXEC)) exit(99);
  pid_t init = start(in_namespace, command, said);
  int end = syscall(SYS_pidfd_open, init, 0), status = 0, missed = 0;
  close(said[1]);
  close(executed[1]);
  (void)!read(executed[0], &byte, 1);  // its end is closed by exec
  if (!from_exec) wait_for_child(init, end);
  spin(delay * 1000);
  kill(init, SIGTERM);
  // A process that says nothing has ended before it could.
  if (readable(said[0], patience) && is_lost(init, end)) {
    missed = 1;
    kill(init, SIGTERM);
  }
  int ended = readable(end, patience);
  kill(init, SIGKILL);
  waitpid(init, &status, 0);
  if (ended)
    printf("%s %d\n", missed ? "missed" : "ended",
           WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  else
    printf("lost\n");
  close(end);
  close(said[0]);
  close(executed[0]);
}

enum { most = 8 };

int main(int argc, char **argv) {
  char **commands[most] = {argv + 4};
  int count = 1, turn = 0;
  if (argc < 5) return 99;
  for (char **word = argv + 4; *word; word++) {
    if (strcmp(*word, "//") != 0) continue;
    *word = NULL;
    if (count == most) return 99;
    commands[count++] = word + 1;
  }
  // Who comes first changes, so that what else happens on the machine meets all alike.
  for (char *delay = strtok(argv[3], ","); delay; delay = strtok(NULL, ","), turn++) {
    for (int place = 0; place < count; place++) {
      int whose = (place + turn) % count;
      printf("%d ", whose);
      run(strcmp(argv[1], "exec") == 0, strcmp(argv[2], "pid-1") == 0, atol(delay), commands[whose]);
    }
  }
  return 0;
}
