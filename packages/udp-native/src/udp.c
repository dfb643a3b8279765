/*
 * Datagrams in batches, for Node.js on Linux: recvmmsg and sendmmsg behind libuv's poll, one call into JavaScript for
 * each batch, and the error queue (ip(7), IP_RECVERR), which names the destination of every ICMP error.
 *
 * JavaScript and C share three pieces of memory that JavaScript made and C keeps alive until close: the words, the
 * receive buffer and the send buffer. socket.ts says the same offsets.
 *
 *   words: Int32Array
 *     0  outgoing records in use        C sets it to 0 when all have left
 *     1  bytes of the send buffer used  C sets it to 0 when all have left
 *     2  1 while a batch is delivered   what is sent meanwhile leaves at its end, without a call
 *     3  failure records in use         JavaScript sets it to 0 when it has read them
 *     4  the local port                 written by open
 *     5  the layout's version           written by JavaScript, checked by open
 *     6  ms to wait for more while busy written by JavaScript; 0: never
 *   then BATCH received records, QUEUE outgoing records and BATCH failure records of 8 words each:
 *     received  -, length          outgoing  offset, length          failure  errno, kind
 *     and in each of them          port, scope, four words of address (IPv4: one)
 *
 * Every address word is as the network has it, read big-endian. No function here throws or makes an error object: a
 * negative number is an errno.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum {
  LAYOUT = 4,
  BATCH = 64,
  QUEUE = 256,
  /* Rounds in one turn of the loop: timers must not wait for a flood to end. */
  ROUNDS = 4,
  /* So many datagrams in one turn are a sign that more come at once. */
  BUSY = 4,
  /* A full card queue is asked again so often; then the datagram is lost, as UDP may. */
  ATTEMPTS = 4,
  /* The largest datagram, and a few cache lines more so that slots do not all fall into the same cache set. */
  SLOT = 65536 + 1088,
  SOCKET_BUFFER = 4 * 1024 * 1024,
};

enum { SEND_COUNT, SEND_BYTES, IN_BATCH, FAILED_COUNT, LOCAL_PORT, VERSION, COALESCE, RECEIVED = 8 };
enum { RECORD = 8, OUTGOING = RECEIVED + BATCH * RECORD, FAILED = OUTGOING + QUEUE * RECORD };
enum { WORDS = FAILED + BATCH * RECORD };
enum { R_LENGTH = 1, R_PORT, R_SCOPE, R_ADDRESS };
enum { R_OFFSET = 0, R_ERRNO = 0, R_KIND = 1 };
enum { KIND_SEND, KIND_ICMP, KIND_RECEIVE };
enum { FLAG_REUSE_ADDRESS = 1, FLAG_REUSE_PORT = 2, FLAG_ERROR_QUEUE = 4, FLAG_HELD = 8 };

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} address_t;

typedef struct {
  uv_poll_t poll;
  uv_timer_t pause;
  int fd;
  int family;
  int polled; /* events that we poll for */
  bool full; /* the system takes no more before it is writable */
  bool in_turn; /* datagrams are being delivered: what to wait for is decided at the end */
  bool pausing; /* busy: the next look is the timer's, and nothing is polled for */
  bool held; /* others read it, until `read` is called */
  bool broken; /* nothing can be received any more */
  bool closing;
  int closing_handles;
  int holders; /* the poll handle and the JavaScript value */
  int attempts;
  uint32_t sent; /* of the outgoing records */
  int32_t *words;
  char *receive_buffer;
  char *send_buffer;
  size_t send_capacity;
  napi_env env;
  napi_ref shared; /* what holds the memory above, and is `this` of the callback */
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
  struct mmsghdr received[BATCH];
  struct iovec received_at[BATCH];
  address_t received_from[BATCH];
  struct mmsghdr outgoing[BATCH];
  struct iovec outgoing_at[BATCH];
  address_t outgoing_to[BATCH];
} udp_t;

/* Addresses */

static socklen_t address_size(int family) {
  return family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static void record_address(const address_t *from, int32_t *record) {
  memset(record + R_PORT, 0, (RECORD - R_PORT) * sizeof *record);
  if (from->any.sa_family == AF_INET6) {
    uint32_t part[4];
    memcpy(part, &from->v6.sin6_addr, sizeof part);
    record[R_PORT] = ntohs(from->v6.sin6_port);
    record[R_SCOPE] = (int32_t)from->v6.sin6_scope_id;
    for (int i = 0; i < 4; i++) record[R_ADDRESS + i] = (int32_t)ntohl(part[i]);
  } else {
    record[R_PORT] = ntohs(from->v4.sin_port);
    record[R_ADDRESS] = (int32_t)ntohl(from->v4.sin_addr.s_addr);
  }
}

static void address_of(int family, const int32_t *record, address_t *to) {
  memset(to, 0, sizeof *to);
  if (family == AF_INET6) {
    uint32_t part[4];
    for (int i = 0; i < 4; i++) part[i] = htonl((uint32_t)record[R_ADDRESS + i]);
    to->v6.sin6_family = AF_INET6;
    to->v6.sin6_port = htons((uint16_t)record[R_PORT]);
    to->v6.sin6_scope_id = (uint32_t)record[R_SCOPE];
    memcpy(&to->v6.sin6_addr, part, sizeof part);
  } else {
    to->v4.sin_family = AF_INET;
    to->v4.sin_port = htons((uint16_t)record[R_PORT]);
    to->v4.sin_addr.s_addr = htonl((uint32_t)record[R_ADDRESS]);
  }
}

/* "192.0.2.1", "2001:db8::1", "fe80::1%eth0"; false if it is no address of the family. */
static bool parse_address(int family, const char *text, uint16_t port, address_t *to) {
  memset(to, 0, sizeof *to);
  if (family == AF_INET) {
    to->v4.sin_family = AF_INET;
    to->v4.sin_port = htons(port);
    return inet_pton(AF_INET, text, &to->v4.sin_addr) == 1;
  }
  char plain[INET6_ADDRSTRLEN];
  size_t length = strcspn(text, "%");
  if (length >= sizeof plain) return false;
  memcpy(plain, text, length);
  plain[length] = '\0';
  to->v6.sin6_family = AF_INET6;
  to->v6.sin6_port = htons(port);
  if (text[length] == '%') to->v6.sin6_scope_id = if_nametoindex(text + length + 1);
  return inet_pton(AF_INET6, plain, &to->v6.sin6_addr) == 1;
}

/* Failures */

static int32_t *next_failure(udp_t *udp, int32_t error, int32_t kind) {
  int32_t *count = &udp->words[FAILED_COUNT];
  if (*count >= BATCH) return NULL;
  int32_t *record = udp->words + FAILED + RECORD * (*count)++;
  memset(record, 0, RECORD * sizeof *record);
  record[R_ERRNO] = error;
  record[R_KIND] = kind;
  return record;
}

/*
 * Whether an ICMP error concerns the way to a destination. RFC 3261 §18.4: unreachable and parameter problem do,
 * source quench and time exceeded do not. What the system itself refused is told by the send call.
 */
static bool is_telling(const struct sock_extended_err *error) {
  if (error->ee_origin == SO_EE_ORIGIN_ICMP) return error->ee_type == 3 || error->ee_type == 12;
  if (error->ee_origin == SO_EE_ORIGIN_ICMP6) return error->ee_type == 1 || error->ee_type == 2 || error->ee_type == 4;
  return false;
}

/* Reads the error queue while there is room to tell. True if anything was in it. */
static bool drain_errors(udp_t *udp) {
  bool any = false;
  while (udp->words[FAILED_COUNT] < BATCH) {
    address_t destination = {0};
    union {
      struct cmsghdr header;
      char bytes[512];
    } control;
    struct msghdr message = {
      .msg_name = &destination,
      .msg_namelen = sizeof destination,
      .msg_control = &control,
      .msg_controllen = sizeof control,
    };
    if (recvmsg(udp->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
      if (errno == EINTR) continue;
      return any;
    }
    any = true;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part)) {
      bool is_error = (part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR) ||
                      (part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR);
      if (!is_error || part->cmsg_len < CMSG_LEN(sizeof(struct sock_extended_err))) continue;
      struct sock_extended_err error;
      memcpy(&error, CMSG_DATA(part), sizeof error);
      if (!is_telling(&error)) continue;
      int32_t *record = next_failure(udp, (int32_t)error.ee_errno, KIND_ICMP);
      if (record != NULL) record_address(&destination, record);
    }
  }
  return any;
}

/* Sending */

static void on_poll(uv_poll_t *poll, int status, int events);

/* During a pause only a socket that is full, or a failure that could not be told, is reason to wake up. */
static void poll_for(udp_t *udp, int events) {
  if (udp->in_turn) return;
  if (udp->held) events &= ~UV_READABLE;
  if (udp->pausing) {
    if (!(events & UV_WRITABLE)) return;
    udp->pausing = false;
    uv_timer_stop(&udp->pause);
  }
  if (udp->polled == events) return;
  udp->polled = events;
  if (events == 0) uv_poll_stop(&udp->poll);
  else uv_poll_start(&udp->poll, events, on_poll);
}

static unsigned prepare_outgoing(udp_t *udp, uint32_t count) {
  unsigned n = 0;
  for (uint32_t at = udp->sent; at < count && n < BATCH; at++, n++) {
    const int32_t *record = udp->words + OUTGOING + RECORD * at;
    size_t offset = (uint32_t)record[R_OFFSET];
    size_t length = (uint32_t)record[R_LENGTH];
    if (offset > udp->send_capacity || length > udp->send_capacity - offset) offset = length = 0;
    address_of(udp->family, record, &udp->outgoing_to[n]);
    udp->outgoing_at[n] = (struct iovec){.iov_base = udp->send_buffer + offset, .iov_len = length};
  }
  return n;
}

/*
 * Sends what is recorded. A full socket keeps the rest until it is writable. An error may be an earlier datagram's,
 * which this call only picked up: the queue says whose, and the datagram is sent again. What fails by itself is told,
 * and the next one follows.
 */
static void flush(udp_t *udp) {
  if (udp->full) return;
  uint32_t count = (uint32_t)udp->words[SEND_COUNT];
  if (count > QUEUE) count = QUEUE;
  while (udp->sent < count) {
    int n = sendmmsg(udp->fd, udp->outgoing, prepare_outgoing(udp, count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
      udp->sent += (uint32_t)n;
      udp->attempts = 0;
      continue;
    }
    int error = n < 0 ? errno : EAGAIN;
    if (error == EAGAIN) {
      udp->full = true;
      poll_for(udp, UV_READABLE | UV_WRITABLE);
      return;
    }
    bool picked_up = drain_errors(udp);
    udp->attempts++;
    if (error == ENOBUFS || error == ENOMEM) {
      if (udp->attempts < ATTEMPTS) {
        udp->full = true;
        poll_for(udp, UV_READABLE | UV_WRITABLE);
        return;
      }
    } else if (udp->attempts == 1 || (picked_up && udp->attempts < ATTEMPTS)) {
      continue;
    }
    int32_t *record = next_failure(udp, error, KIND_SEND);
    if (record == NULL) {
      /* Nowhere to tell it: after those that wait have been told. */
      poll_for(udp, UV_READABLE | UV_WRITABLE);
      return;
    }
    memcpy(record + R_PORT, udp->words + OUTGOING + RECORD * udp->sent + R_PORT, (RECORD - R_PORT) * sizeof *record);
    udp->sent++;
    udp->attempts = 0;
  }
  udp->sent = 0;
  udp->words[SEND_COUNT] = 0;
  udp->words[SEND_BYTES] = 0;
  poll_for(udp, UV_READABLE);
}

/* Receiving */

/* How many datagrams came, or a negative errno if none could be read. */
static int receive(udp_t *udp) {
  int error = EAGAIN;
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    int n = recvmmsg(udp->fd, udp->received, BATCH, MSG_DONTWAIT, NULL);
    if (n >= 0) {
      for (int i = 0; i < n; i++) {
        int32_t *record = udp->words + RECEIVED + RECORD * i;
        record_address(&udp->received_from[i], record);
        record[R_LENGTH] = (int32_t)udp->received[i].msg_len;
        udp->received[i].msg_hdr.msg_namelen = address_size(udp->family);
      }
      return n;
    }
    error = errno;
    if (error == EAGAIN || error == EBADF || error == ENOTSOCK) break;
    /* What an ICMP error left behind: the queue has the details, and the datagrams are still there. */
    drain_errors(udp);
  }
  return -error;
}

/* Calls JavaScript with the number of datagrams; failures stand in their records. False if the socket is closed after it. */
static bool deliver(udp_t *udp, int received) {
  napi_env env = udp->env;
  napi_value shared, callback, result, argv[1];
  if (napi_get_reference_value(env, udp->shared, &shared) != napi_ok ||
      napi_get_reference_value(env, udp->callback, &callback) != napi_ok ||
      napi_create_int32(env, received, &argv[0]) != napi_ok)
    return !udp->closing;
  udp->words[IN_BATCH] = 1;
  napi_status status = napi_make_callback(env, udp->context, shared, callback, 1, argv, &result);
  if (status == napi_pending_exception) {
    napi_value error;
    if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
  }
  if (udp->closing) return false;
  udp->words[IN_BATCH] = 0;
  flush(udp);
  return true;
}

static void on_pause_over(uv_timer_t *timer);

/*
 * Where to wait next. A busy socket is not polled: it is looked at again a moment later, when more datagrams share one
 * system call, one call into JavaScript and one wake-up of the process.
 */
static void wait_for_more(udp_t *udp, int received) {
  if (udp->broken) return;
  if (udp->full || udp->words[FAILED_COUNT] > 0) {
    poll_for(udp, UV_READABLE | UV_WRITABLE);
  } else if (received >= BUSY && udp->words[COALESCE] > 0) {
    if (udp->polled != 0) uv_poll_stop(&udp->poll);
    udp->polled = 0;
    udp->pausing = true;
    uv_timer_start(&udp->pause, on_pause_over, (uint64_t)udp->words[COALESCE], 0);
  } else {
    poll_for(udp, UV_READABLE);
  }
}

static void turn(udp_t *udp, int events) {
  napi_handle_scope scope;
  if (napi_open_handle_scope(udp->env, &scope) != napi_ok) return;
  bool open = true;
  int received = 0;
  udp->in_turn = true;
  if (events & UV_WRITABLE) {
    udp->full = false;
    flush(udp);
  }
  if ((events & UV_READABLE) && !udp->held) {
    for (int round = 0; open && round < ROUNDS; round++) {
      int n = receive(udp);
      if (n == -EBADF || n == -ENOTSOCK) {
        /* Somebody closed our descriptor: asking again would spin. */
        uv_poll_stop(&udp->poll);
        udp->broken = true;
        next_failure(udp, -n, KIND_RECEIVE);
      }
      if (n > 0) {
        received += n;
        open = deliver(udp, n);
      }
      if (n < BATCH) break;
    }
  }
  for (int round = 0; open && round < ROUNDS && udp->words[FAILED_COUNT] > 0; round++) open = deliver(udp, 0);
  if (open) {
    udp->in_turn = false;
    /* Who is told of a failure may cause the next one; they wait for the next turn. */
    wait_for_more(udp, received);
  }
  napi_close_handle_scope(udp->env, scope);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  udp_t *udp = poll->data;
  if (status < 0) {
    /* So libuv calls an error queue that is not empty; it has stopped polling. */
    drain_errors(udp);
    int events_before = udp->polled;
    udp->polled = 0;
    poll_for(udp, events_before);
    events = events_before;
  }
  turn(udp, events);
}

static void on_pause_over(uv_timer_t *timer) {
  udp_t *udp = timer->data;
  udp->pausing = false;
  turn(udp, UV_READABLE);
}

/* Opening and closing */

static void release(udp_t *udp) {
  if (--udp->holders == 0) free(udp);
}

static void on_closed(uv_handle_t *handle) {
  udp_t *udp = handle->data;
  if (--udp->closing_handles > 0) return;
  if (udp->hook != NULL) napi_remove_async_cleanup_hook(udp->hook);
  release(udp);
}

/* Everything that JavaScript owns is let go at once: after this only the struct and the closing handle are left. */
static void close_udp(udp_t *udp) {
  if (udp->closing) return;
  udp->closing = true;
  udp->closing_handles = 2;
  uv_close((uv_handle_t *)&udp->poll, on_closed);
  uv_close((uv_handle_t *)&udp->pause, on_closed);
  close(udp->fd);
  napi_async_destroy(udp->env, udp->context);
  napi_delete_reference(udp->env, udp->callback);
  napi_delete_reference(udp->env, udp->shared);
}

/* The environment ends (a worker thread that is terminated) and nobody closed the socket. */
static void on_environment_end(napi_async_cleanup_hook_handle hook, void *data) {
  udp_t *udp = data;
  (void)hook;
  close_udp(udp);
}

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release(data);
}

static int set_flag(int fd, int level, int name) {
  int one = 1;
  return setsockopt(fd, level, name, &one, sizeof one);
}

/* A bound descriptor, or a negative errno. An inherited one stays the caller's until open has succeeded. */
static int bound_socket(int family, const char *address, uint16_t port, uint32_t flags, int inherited) {
  address_t to;
  int fd = inherited;
  if (fd < 0) {
    if (!parse_address(family, address, port, &to)) return -EINVAL;
    fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    /* IPv4 has its own listener. */
    if ((family == AF_INET6 && set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY) < 0) ||
        ((flags & FLAG_REUSE_ADDRESS) && set_flag(fd, SOL_SOCKET, SO_REUSEADDR) < 0) ||
        ((flags & FLAG_REUSE_PORT) && set_flag(fd, SOL_SOCKET, SO_REUSEPORT) < 0) ||
        bind(fd, &to.any, address_size(family)) < 0) {
      int error = errno;
      close(fd);
      return -error;
    }
  }
  int size = SOCKET_BUFFER;
  /* The system may grant less; what it gives has to do. */
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  if (flags & FLAG_ERROR_QUEUE) {
    if (family == AF_INET6) set_flag(fd, IPPROTO_IPV6, IPV6_RECVERR);
    else set_flag(fd, IPPROTO_IP, IP_RECVERR);
  }
  return fd;
}

static void prepare_messages(udp_t *udp) {
  for (int i = 0; i < BATCH; i++) {
    udp->received_at[i] = (struct iovec){.iov_base = udp->receive_buffer + (size_t)i * SLOT, .iov_len = SLOT};
    udp->received[i].msg_hdr = (struct msghdr){
      .msg_name = &udp->received_from[i],
      .msg_namelen = address_size(udp->family),
      .msg_iov = &udp->received_at[i],
      .msg_iovlen = 1,
    };
    udp->outgoing[i].msg_hdr = (struct msghdr){
      .msg_name = &udp->outgoing_to[i],
      .msg_namelen = address_size(udp->family),
      .msg_iov = &udp->outgoing_at[i],
      .msg_iovlen = 1,
    };
  }
}

static napi_value number(napi_env env, int32_t value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

/* The words of a typed array of at least so many; NULL if it is none. */
static int32_t *words_of(napi_env env, napi_value value, size_t least) {
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;
  bool is_typed_array = false;
  if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return NULL;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, NULL, NULL) != napi_ok) return NULL;
  return type == napi_int32_array && length >= least ? data : NULL;
}

static udp_t *udp_of(napi_env env, napi_value value) {
  void *data = NULL;
  if (napi_get_value_external(env, value, &data) != napi_ok) return NULL;
  udp_t *udp = data;
  return udp->closing ? NULL : udp;
}

/*
 * open(family, address, port, flags, fd, words, receiveBuffer, sendBuffer, shared, callback): a handle, or a negative
 * errno. `shared` is the object that owns the three pieces of memory. fd -1 binds, another one is taken over.
 */
static napi_value open_udp(napi_env env, napi_callback_info info) {
  size_t argc = 10;
  napi_value argv[10], name, handle;
  int32_t family = 0, port = 0, inherited = -1;
  uint32_t flags = 0;
  char address[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
  size_t receive_capacity = 0, send_capacity = 0;
  void *receive_buffer = NULL, *send_buffer = NULL;
  uv_loop_t *loop = NULL;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 10 ||
      napi_get_value_int32(env, argv[0], &family) != napi_ok ||
      napi_get_value_string_latin1(env, argv[1], address, sizeof address, NULL) != napi_ok ||
      napi_get_value_int32(env, argv[2], &port) != napi_ok || napi_get_value_uint32(env, argv[3], &flags) != napi_ok ||
      napi_get_value_int32(env, argv[4], &inherited) != napi_ok ||
      napi_get_buffer_info(env, argv[6], &receive_buffer, &receive_capacity) != napi_ok ||
      napi_get_buffer_info(env, argv[7], &send_buffer, &send_capacity) != napi_ok ||
      napi_get_uv_event_loop(env, &loop) != napi_ok)
    return number(env, -EINVAL);
  int32_t *words = words_of(env, argv[5], WORDS);
  if (words == NULL || words[VERSION] != LAYOUT || receive_capacity < (size_t)BATCH * SLOT) return number(env, -EINVAL);

  udp_t *udp = calloc(1, sizeof *udp);
  if (udp == NULL) return number(env, -ENOMEM);
  udp->env = env;
  udp->family = family == 6 ? AF_INET6 : AF_INET;
  udp->words = words;
  udp->receive_buffer = receive_buffer;
  udp->send_buffer = send_buffer;
  udp->send_capacity = send_capacity;
  udp->fd = bound_socket(udp->family, address, (uint16_t)port, flags, inherited);
  if (udp->fd < 0) {
    int error = udp->fd;
    free(udp);
    return number(env, error);
  }
  address_t local = {0};
  socklen_t local_size = sizeof local;
  getsockname(udp->fd, &local.any, &local_size);
  words[LOCAL_PORT] = ntohs(udp->family == AF_INET6 ? local.v6.sin6_port : local.v4.sin_port);
  prepare_messages(udp);
  int error = uv_poll_init(loop, &udp->poll, udp->fd);
  if (error < 0) {
    if (inherited < 0) close(udp->fd);
    free(udp);
    return number(env, error);
  }
  uv_timer_init(loop, &udp->pause);
  udp->poll.data = udp;
  udp->pause.data = udp;
  udp->holders = 2;
  udp->held = (flags & FLAG_HELD) != 0;
  if (napi_create_string_utf8(env, "SIPWRIGHT_UDP", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_async_init(env, argv[8], name, &udp->context) != napi_ok ||
      napi_create_reference(env, argv[8], 1, &udp->shared) != napi_ok ||
      napi_create_reference(env, argv[9], 1, &udp->callback) != napi_ok ||
      napi_create_external(env, udp, on_collected, NULL, &handle) != napi_ok)
    napi_fatal_error("open", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
  napi_add_async_cleanup_hook(env, on_environment_end, udp, &udp->hook);
  poll_for(udp, UV_READABLE);
  return handle;
}

/* read(handle): begins to receive by a socket that was opened held. */
static napi_value read_udp(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  udp_t *udp = udp_of(env, argv[0]);
  if (udp == NULL || !udp->held || udp->broken) return NULL;
  udp->held = false;
  poll_for(udp, udp->polled | UV_READABLE);
  return NULL;
}

/* hold(handle): receives nothing any more until `read`; what comes waits in the socket for whoever reads it. */
static napi_value hold_udp(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  udp_t *udp = udp_of(env, argv[0]);
  if (udp == NULL || udp->held || udp->broken) return NULL;
  udp->held = true;
  if (udp->pausing) {
    udp->pausing = false;
    uv_timer_stop(&udp->pause);
  }
  poll_for(udp, udp->polled & ~UV_READABLE);
  return NULL;
}

/* flush(handle): sends what is recorded. */
static napi_value flush_udp(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  udp_t *udp = udp_of(env, argv[0]);
  if (udp != NULL) flush(udp);
  return NULL;
}

/* close(handle): the port is free when it returns. */
static napi_value close_handle(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 1) return NULL;
  udp_t *udp = udp_of(env, argv[0]);
  if (udp != NULL) close_udp(udp);
  return NULL;
}

/* parse(family, address, port, record): writes port, scope and address into a record; false if it is no address. */
static napi_value parse(napi_env env, napi_callback_info info) {
  size_t argc = 4, length = 0;
  napi_value argv[4], result = NULL;
  int32_t family = 0, port = 0;
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
  address_t to;
  bool valid = napi_get_cb_info(env, info, &argc, argv, NULL, NULL) == napi_ok && argc == 4 &&
               napi_get_value_int32(env, argv[0], &family) == napi_ok &&
               napi_get_value_string_latin1(env, argv[1], text, sizeof text, &length) == napi_ok &&
               length < sizeof text - 1 && napi_get_value_int32(env, argv[2], &port) == napi_ok;
  int32_t *record = valid ? words_of(env, argv[3], RECORD) : NULL;
  valid = record != NULL && parse_address(family == 6 ? AF_INET6 : AF_INET, text, (uint16_t)port, &to);
  if (valid) record_address(&to, record);
  napi_get_boolean(env, valid, &result);
  return result;
}

/* format(family, record): the address as text. */
static napi_value format(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2], result = NULL;
  int32_t family = 0;
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1] = "", interface[IF_NAMESIZE];
  address_t from;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 2 ||
      napi_get_value_int32(env, argv[0], &family) != napi_ok)
    return NULL;
  int32_t *record = words_of(env, argv[1], RECORD);
  if (record == NULL) return NULL;
  address_of(family == 6 ? AF_INET6 : AF_INET, record, &from);
  if (family == 6) {
    inet_ntop(AF_INET6, &from.v6.sin6_addr, text, INET6_ADDRSTRLEN);
    if (from.v6.sin6_scope_id != 0 && IN6_IS_ADDR_LINKLOCAL(&from.v6.sin6_addr) &&
        if_indextoname(from.v6.sin6_scope_id, interface) != NULL) {
      strcat(text, "%");
      strcat(text, interface);
    }
  } else {
    inet_ntop(AF_INET, &from.v4.sin_addr, text, INET_ADDRSTRLEN);
  }
  napi_create_string_latin1(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor properties[] = {
    {.utf8name = "layout", .value = number(env, LAYOUT)},
    {.utf8name = "open", .method = open_udp},
    {.utf8name = "read", .method = read_udp},
    {.utf8name = "hold", .method = hold_udp},
    {.utf8name = "flush", .method = flush_udp},
    {.utf8name = "close", .method = close_handle},
    {.utf8name = "parse", .method = parse},
    {.utf8name = "format", .method = format},
  };
  napi_define_properties(env, exports, sizeof properties / sizeof properties[0], properties);
  return exports;
}
