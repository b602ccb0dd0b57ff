// A process that behaves as badly as its arguments say, and reports what it does and receives on descriptor 3, a line
// each: CLOCK_MONOTONIC in nanoseconds, what, and a number.
//
//   unruly PORT FILE STOP MILLISECONDS:WHAT[:NUMBER]...
//
// PORT: it listens on, 0 for none. FILE: is there while it listens, - for none. STOP, at TERM, INT or QUIT:
// obeys:MILLISECONDS:STATUS, ignores, dies (by default). WHAT, so long after the start: listen, close,
// exit:STATUS, kill:SIGNAL (itself), orphans:COUNT:MILLISECONDS:STUBBORN (forked twice, ending after so long;
// stubborn ones ignore every signal). Each hundredth connection that it accepts is reported as well.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int listener = -1;
static const char *file;
static long long leaves = -1;
static int status;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void tell(const char *what, int number) { dprintf(3, "%lld %s %d\n", now(), what, number); }

static void start_listening(int port) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int yes = 1;
  if (listener >= 0) return;
  tell("listening", port);
  if (strcmp(file, "-") != 0) close(open(file, O_CREAT | O_CLOEXEC, 0600));
  if (port == 0) return;
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 512)) tell("busy", port);
}

static void stop_listening(int port) {
  if (listener >= 0) close(listener);
  listener = -1;
  if (strcmp(file, "-") != 0) unlink(file);
  tell("closed", port);
}

static void accept_one(void) {
  static int accepted;
  int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (connection < 0) return;
  send(connection, "HTTP/1.0 200 OK\r\n\r\n", 19, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(connection);
  if (++accepted % 100 == 0) tell("accepted", accepted);
}

static void leave(int with) {
  tell("ending", with);
  exit(with);
}

// The first is gone at once, so that the process that adopts orphans has the second.
static void fork_orphans(int count, int milliseconds, int stubborn) {
  struct timespec life = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  sigset_t none;
  sigemptyset(&none);
  tell("forking", count);
  for (int place = 0; place < count; place++) {
    if (fork() != 0) continue;
    if (fork() != 0) _exit(0);
    close(3);
    if (listener >= 0) close(listener);
    if (!stubborn) sigprocmask(SIG_SETMASK, &none, NULL);
    nanosleep(&life, NULL);
    _exit(0);
  }
}

static void act(const char *what, int port) {
  int a = 0, b = 0, c = 0;
  if (strncmp(what, "listen", 6) == 0) start_listening(port);
  else if (strncmp(what, "close", 5) == 0) stop_listening(port);
  else if (sscanf(what, "exit:%d", &a) == 1) leave(a);
  else if (sscanf(what, "orphans:%d:%d:%d", &a, &b, &c) == 3) fork_orphans(a, b, c);
  else if (sscanf(what, "kill:%d", &a) == 1) {
    tell(a == SIGSTOP ? "stopping" : "ending", 128 + a);
    kill(getpid(), a);
    if (a == SIGSTOP) tell("continued", a);
  }
}

static int is_stop(int number) { return number == SIGTERM || number == SIGINT || number == SIGQUIT; }

static void block(int deadly_stops) {
  sigset_t all;
  sigfillset(&all);
  if (deadly_stops) for (int number = 1; number < 32; number++) if (is_stop(number)) sigdelset(&all, number);
  // What it kills itself by, it gets.
  sigdelset(&all, SIGSEGV);
  sigdelset(&all, SIGABRT);
  sigprocmask(SIG_SETMASK, &all, NULL);
}

static int count_descriptors(void) {
  int count = 0;
  for (int number = 0; number < 1024; number++) count += fcntl(number, F_GETFD) >= 0;
  return count;
}

int main(int argc, char **argv) {
  if (argc < 4) return 99;
  struct rlimit no_core = {0, 0};
  int port = atoi(argv[1]), lag = -1, next = 4;
  long long begin = now();
  file = argv[2];
  sscanf(argv[3], "obeys:%d:%d", &lag, &status);
  setrlimit(RLIMIT_CORE, &no_core);
  signal(SIGCHLD, SIG_IGN);
  block(strcmp(argv[3], "dies") == 0);
  int descriptors = count_descriptors();
  sigset_t all;
  sigfillset(&all);
  int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  tell("started", descriptors);
  for (;;) {
    long long due = next < argc ? begin + atoll(argv[next]) * 1000000 : -1;
    if (due >= 0 && due <= now()) {
      act(strchr(argv[next++], ':') + 1, port);
      continue;
    }
    if (leaves >= 0 && leaves <= now()) leave(status);
    if (leaves >= 0 && (due < 0 || leaves < due)) due = leaves;
    struct pollfd both[] = {{.fd = signals, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    poll(both, 2, due < 0 ? -1 : (int)((due - now()) / 1000000 + 1));
    struct signalfd_siginfo info;
    if (both[0].revents) {
      while (read(signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD) continue;
        tell("signal", info.ssi_signo);
        if (is_stop(info.ssi_signo) && lag >= 0 && leaves < 0) leaves = now() + lag * 1000000LL;
      }
    }
    if (both[1].revents) accept_one();
  }
}
