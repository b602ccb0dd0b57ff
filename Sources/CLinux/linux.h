// The libc and kernel calls that Swift doesn't import: variadic functions, macros with arguments, and fields that are
// macros. One call each, no logic.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <malloc.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// errno is a macro.
static inline int cl_errno(void) { return errno; }

// environ is a mutable global, which Swift 6 can't call safe; we only ever read it.
static inline char **cl_environ(void) { return environ; }

// open is variadic.
static inline int cl_open(const char *path, int flags) { return open(path, flags); }

// The values of these are enumerators or macros with casts.
static inline int cl_socket_stream(int family) {
  return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}
static inline int cl_socket_datagram(int family) { return socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0); }
static inline int cl_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }
static inline int cl_signalfd(const sigset_t *set) { return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK); }
static inline int cl_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline int cl_timerfd(void) { return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK); }
// Their address is a transparent union.
static inline int cl_connect(int fd, const struct sockaddr *address, socklen_t size) {
  return connect(fd, address, size);
}
static inline int cl_bind(int fd, const struct sockaddr *address, socklen_t size) {
  return bind(fd, address, size);
}
static inline int cl_getsockname(int fd, struct sockaddr *address, socklen_t *size) {
  return getsockname(fd, address, size);
}
static inline int cl_getpeername(int fd, struct sockaddr *address, socklen_t *size) {
  return getpeername(fd, address, size);
}

// Socket options, each with its one value.
static inline int cl_reuse_address(int fd) {
  int on = 1;
  return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}
static inline int cl_delay_acknowledgements(int fd) {
  int off = 0;
  return setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
}
static inline int cl_reset_on_close(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

// A negative lifetime of FIN_WAIT2.
static inline int cl_forget_after_close(int fd) {
  int lifetime = -1;
  return setsockopt(fd, IPPROTO_TCP, TCP_LINGER2, &lifetime, sizeof lifetime);
}

static inline ssize_t cl_send(int fd, const void *bytes, size_t count) {
  return send(fd, bytes, count, MSG_NOSIGNAL);
}

// The handler of a disposition is a member of a union, and SIG_DFL a cast.
static inline int cl_default_action(int signal) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  return sigaction(signal, &action, NULL);
}

// prctl is variadic.
static inline int cl_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// waitid's idtype_t is an enumeration; the fields of its result are macros.
static inline int cl_wait_any(siginfo_t *info) {
  return waitid(P_ALL, 0, info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG);
}
static inline pid_t cl_si_pid(const siginfo_t *info) { return info->si_pid; }
static inline int cl_si_status(const siginfo_t *info) { return info->si_status; }
static inline int cl_si_exited(const siginfo_t *info) { return info->si_code == CLD_EXITED; }
static inline int cl_si_continued(const siginfo_t *info) { return info->si_code == CLD_CONTINUED; }
static inline int cl_si_stopped(const siginfo_t *info) { return info->si_code == CLD_STOPPED; }

// The flag is a macro with a cast; offset -1 writes at the current position, as write does.
static inline ssize_t cl_write_nowait(int fd, const void *bytes, size_t count) {
  struct iovec part = {(void *)bytes, count};
  return pwritev2(fd, &part, 1, -1, RWF_NOWAIT);
}

// The ends of our code are symbols that the linker makes.
static inline char *cl_code_start(void) {
  extern char __executable_start;
  return &__executable_start;
}
static inline char *cl_code_end(void) {
  extern char etext;
  return &etext;
}
