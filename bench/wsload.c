/* wsload - a websocket load generator in one C file (Linux, epoll, no dependencies).
 *
 *   gcc -O2 -Wall -o wsload wsload.c
 *
 * Modes
 *   connect  open N connections at a bounded rate, hold them idle; reports connects/s,
 *            handshake latency, server RSS growth per connection, idle CPU of the server.
 *   fanout   N subscribers over B boards, P publishers; each message carries its *intended*
 *            send time (open loop, so latency is free of coordinated omission) and a sequence
 *            number (so losses, duplicates and reorderings are counted exactly).
 *            --rate 0 = saturation: keep --window messages in flight (window x subscribers-per-board deliveries).
 *   cut      as connect; then all N are cut at once and come back as the SDK does: full jitter, 0.5 s doubled
 *            with each failure up to 30 s.  --resub is what they subscribe with then; reports when all are back.
 *   echo     N connections each sending commands; reply latency and throughput.
 *            --rate 0 = closed loop with --window commands in flight per connection.
 *
 * Any server can be driven: what is sent is given by templates in which
 *   %b = board index   %B = the board's line of --boards-file   %i = connection index
 *   %g = the connection's line of --ghosts-file   %n = the publisher's line of --notes-file   %s = number of the message on its connection, from 1
 *   %d = the payload ("~T" + 28 hex digits + padding)
 *   \n, \xHH escapes are understood; @FILE reads the template from a file.
 * Anything received that contains the "~T" marker counts as a delivery (several per frame allowed,
 * so servers that batch events in one frame are measured too).
 *
 * Acknowledged commands: with --ack STR each STR that is followed by a number n, on a publisher's
 * connection, acknowledges the message that was sent with %s = n; its latency counts from the intended
 * send time too.  --nack STR counts refusals.  --ack-window W keeps W unacknowledged messages in flight per
 * publisher (instead of --window).  --pub-joins 1: publishers subscribe before they publish.
 * --count STR counts what holds STR, in mode cut since the cut.
 *
 * Output: one JSON object on stdout.  Addresses are restricted to loopback (127/8) or unix sockets.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NS 1000000000ull
#define MARK 30                      /* "~T" + 16 (time) + 4 (publisher) + 8 (sequence) */
static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * NS + t.tv_nsec; }
static void die(const char *f, ...) { va_list a; va_start(a, f); vfprintf(stderr, f, a); va_end(a); fputc('\n', stderr); exit(2); }

/* ---------- options ---------- */
enum { M_CONNECT, M_FANOUT, M_ECHO, M_CUT } mode;
static const char *o_addr = "127.0.0.1", *o_unix, *o_path = "/ws", *o_pubpath, *o_proto, *o_hello, *o_waitopen,
    *o_sub, *o_resub, *o_count, *o_suback, *o_helloack, *o_pub = "p %b %d", *o_pingrx, *o_pongtx, *o_ack, *o_nack;
static char **boards_, **ghosts_, **notes_; static int nboards_, nghosts_, nnotes_;
static char o_headers[4096];
static int o_port = 8080, o_n = 100, o_boards = 1, o_pubs = 1, o_size = 128, o_window = 8, o_inflight = 128, o_stall, o_ackwin, o_pubjoins;
static double o_rate, o_crate, o_dur = 5, o_warm = 1, o_hold = 2;
#define MAXPID 16
static struct { char label[32]; int pid, tree; uint64_t c0, c1; long r0, r1; } pids[MAXPID];
static int npids;

/* ---------- log-linear histogram, <0.8% error ---------- */
struct hist { uint64_t h[64 * 128], n, max; double sum; };
static struct hist seen, acked;                         /* of deliveries (or handshakes), of acknowledgements */
static void h_add(struct hist *s, uint64_t v) {
    int e = v < 128 ? 0 : 57 - __builtin_clzll(v);      /* 7 bits of mantissa */
    s->h[e * 128 + ((v >> e) & 127)]++; s->n++; s->sum += v; if (v > s->max) s->max = v;
}
static double h_q(const struct hist *s, double q) {     /* microseconds */
    uint64_t want = q * s->n, k = 0;
    for (int i = 0; i < 64 * 128; i++) if ((k += s->h[i]) > want) { uint64_t v = (uint64_t)(i & 127) << (i >> 7); return (v > s->max ? s->max : v) / 1e3; }
    return s->max / 1e3;
}
static void h_reset(struct hist *s) { memset(s, 0, sizeof *s); }

/* ---------- /proc readers: CPU of all threads (ns, from schedstat) and RSS (KiB) ---------- */
static uint64_t cpu_ns(int pid) {
    char p[300]; snprintf(p, sizeof p, "/proc/%d/task", pid);
    DIR *d = opendir(p); if (!d) return 0;
    uint64_t s = 0; struct dirent *e;
    while ((e = readdir(d))) if (isdigit(e->d_name[0])) {
        snprintf(p, sizeof p, "/proc/%d/task/%s/schedstat", pid, e->d_name);
        FILE *f = fopen(p, "r"); unsigned long long v; if (f) { if (fscanf(f, "%llu", &v) == 1) s += v; fclose(f); }
    }
    closedir(d); return s;
}
static uint64_t tree_ns(int pid) {                       /* of a process and all its descendants */
    char p[300]; snprintf(p, sizeof p, "/proc/%d/task/%d/children", pid, pid);
    uint64_t s = cpu_ns(pid); FILE *f = fopen(p, "r"); int kid;
    while (f && fscanf(f, "%d", &kid) == 1) s += tree_ns(kid);
    if (f) fclose(f);
    return s;
}
static long rss_kb(int pid) {
    char p[64]; snprintf(p, sizeof p, "/proc/%d/statm", pid); FILE *f = fopen(p, "r"); long a, b = 0;
    if (f) { if (fscanf(f, "%ld %ld", &a, &b) != 2) b = 0; fclose(f); } return b * (sysconf(_SC_PAGESIZE) / 1024);
}
static long slab_kb(void) {
    FILE *f = fopen("/proc/meminfo", "r"); char l[128]; long v, s = 0;
    while (f && fgets(l, sizeof l, f)) if (sscanf(l, "Slab: %ld", &v) == 1) s = v;
    if (f) fclose(f);
    return s;
}

/* ---------- connections ---------- */
enum { S_NEW, S_HS, S_WAITOPEN, S_WAITHELLO, S_WAITACK, S_READY, S_DEAD };
struct track { uint32_t last, uniq; uint64_t win; };    /* what one subscriber got from one publisher */
struct conn {
    int fd, idx, board; uint8_t st, is_pub;
    uint8_t *in; uint32_t inlen, incap; char *out; uint32_t outlen, outoff, outcap;
    uint64_t t0; struct track *tr; uint32_t seq, inflight;
    uint64_t again; uint32_t tries;                      /* when it comes back, after how many failures */
    uint64_t *due;                                       /* a ring: when message n should have been sent */
};
#define RING 4096
static struct conn *C; static int NC, ep, opened, ready, dead, started; static uint64_t bad_hs;
static uint64_t t_cut, counted, tries_, acks, nacks, dlv, dup_, ooo, rx_bytes, rx_frames, rx_reads, *sent, measuring;
static uint64_t t_first, t_all_open, t_all_ready;

static char *tmpl(const char *t) {                       /* @file and escapes */
    if (!t) return NULL;
    char *s;
    if (t[0] == '@') { FILE *f = fopen(t + 1, "r"); if (!f) die("cannot read %s", t + 1); s = calloc(1, 65536); if (!fread(s, 1, 65535, f)) die("empty %s", t + 1); fclose(f); s[strcspn(s, "\r\n")] = 0; }
    else s = strdup(t);
    char *w = s;
    for (char *r = s; *r;) {
        if (*r == '\\' && r[1] == 'n') *w++ = '\n', r += 2;
        else if (*r == '\\' && r[1] == 'x' && isxdigit(r[2]) && isxdigit(r[3])) { char h[3] = { r[2], r[3], 0 }; *w++ = strtol(h, 0, 16); r += 4; }
        else *w++ = *r++;
    }
    *w = 0; return s;
}
static char **lines(const char *path, int *count) {
    FILE *f = fopen(path, "r"); if (!f) die("cannot read %s", path);
    char **l = NULL, b[4096]; *count = 0;
    while (fgets(b, sizeof b, f)) { b[strcspn(b, "\r\n")] = 0; l = realloc(l, (*count + 1) * sizeof *l); l[(*count)++] = strdup(b); }
    fclose(f); if (!*count) die("empty %s", path);
    return l;
}
static int expand(char *dst, int cap, const char *t, const struct conn *c, const char *data, int dlen) {
    int n = 0, board = c->board, idx = c->idx;
    for (; *t && n < cap - 4200; t++) {
        if (*t == '%' && t[1] == 'B' && nboards_) n += sprintf(dst + n, "%s", boards_[board % nboards_]), t++;
        else if (*t == '%' && t[1] == 'g' && nghosts_) n += sprintf(dst + n, "%s", ghosts_[idx % nghosts_]), t++;
        else if (*t == '%' && t[1] == 'n' && nnotes_) n += sprintf(dst + n, "%s", notes_[(idx - o_n) % nnotes_]), t++;
        else if (*t == '%' && t[1] == 's') n += sprintf(dst + n, "%u", c->seq), t++;
        else if (*t == '%' && t[1] == 'b') n += sprintf(dst + n, "%d", board), t++;
        else if (*t == '%' && t[1] == 'i') n += sprintf(dst + n, "%d", idx), t++;
        else if (*t == '%' && t[1] == 'd') { if (n + dlen + 4200 > cap) die("payload too big"); memcpy(dst + n, data, dlen), n += dlen, t++; }
        else dst[n++] = *t;
    }
    dst[n] = 0; return n;
}
static void interest(struct conn *c, int wr) { struct epoll_event e = { EPOLLIN | (wr ? EPOLLOUT : 0), { .ptr = c } }; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e); }
static uint32_t rng = 2463534242u;
static double chance(void) { rng ^= rng << 13; rng ^= rng >> 17; rng ^= rng << 5; return rng / 4294967296.0; }
static void come_back(struct conn *c) {                  /* orbit/http/web/sdk/retry.js */
    double most = 0.5 * (1u << (c->tries < 6 ? c->tries : 6)); c->again = now() + (uint64_t)(chance() * (most > 30 ? 30 : most) * NS); c->tries++;
}
static void kill_conn(struct conn *c) {
    if (c->st == S_DEAD) return;
    if (c->st == S_READY) ready--;
    c->st = S_DEAD; dead++; close(c->fd);
    if (t_cut) come_back(c);
}
static void flush_out(struct conn *c) {
    while (c->outoff < c->outlen) {
        ssize_t k = send(c->fd, c->out + c->outoff, c->outlen - c->outoff, MSG_NOSIGNAL);
        if (k < 0) { if (errno == EAGAIN) { interest(c, 1); return; } if (errno == EINTR) continue; kill_conn(c); return; }
        c->outoff += k;
    }
    c->outoff = c->outlen = 0;
}
static void raw_send(struct conn *c, const char *b, int n) {
    int idle = c->outlen == 0;
    if (c->outlen + n > c->outcap) c->out = realloc(c->out, c->outcap = (c->outlen + n) * 2);
    memcpy(c->out + c->outlen, b, n); c->outlen += n;
    if (idle) flush_out(c);
}
static void ws_send(struct conn *c, int op, const char *b, int n) {   /* one masked frame */
    static char f[1 << 20]; int h = 2; if (n > (int)sizeof f - 16) die("frame too big");
    rng ^= rng << 13; rng ^= rng >> 17; rng ^= rng << 5; uint8_t m[4]; memcpy(m, &rng, 4);
    f[0] = 0x80 | op;
    if (n < 126) f[1] = 0x80 | n; else if (n < 65536) { f[1] = 0x80 | 126; f[2] = n >> 8; f[3] = n; h = 4; }
    else { f[1] = 0x80 | 127; for (int i = 0; i < 8; i++) f[2 + i] = (uint64_t)n >> (56 - 8 * i); h = 10; }
    memcpy(f + h, m, 4); h += 4;
    for (int i = 0; i < n; i++) f[h + i] = b[i] ^ m[i & 3];
    raw_send(c, f, h + n);
}
static struct hist joined;                               /* from connect(), or the cut, to the acknowledged subscription */
static void set_ready(struct conn *c) { if (c->st != S_READY) { c->st = S_READY; ready++; t_all_ready = now(); h_add(&joined, t_all_ready - (t_cut ? t_cut : c->t0)); } }
static void do_sub(struct conn *c) {
    static char b[65536];
    if (o_hello && c->st != S_WAITHELLO) {
        int n = expand(b, sizeof b, o_hello, c, "", 0); ws_send(c, 1, b, n);
        if (o_helloack) { c->st = S_WAITHELLO; return; }
    }
    if (o_sub && (!c->is_pub || o_pubjoins) && mode != M_ECHO) {
        int n = expand(b, sizeof b, t_cut && o_resub ? o_resub : o_sub, c, "", 0); ws_send(c, 1, b, n);
        if (o_suback) { c->st = S_WAITACK; return; }
    }
    set_ready(c);
}
static void mk_payload(char *b, uint64_t ts, int pub, uint32_t seq) { char t[40]; sprintf(t, "~T%016llx%04x%08x", (unsigned long long)ts, pub & 0xffff, seq); memcpy(b, t, MARK); }
static uint64_t hexn(const uint8_t *p, int n) { uint64_t v = 0; while (n--) { int c = *p++; v = v << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10); } return v; }

static void on_acks(struct conn *c, const uint8_t *p, uint64_t n, uint64_t t) {
    const uint8_t *e = p + n, *q = p; size_t k = strlen(o_ack);
    while ((q = memmem(q, e - q, o_ack, k))) {
        uint32_t seq = 0; for (q += k; q < e && isdigit(*q); q++) seq = seq * 10 + *q - '0';
        acks++; c->inflight--;
        uint64_t due = c->due[seq % RING]; if (measuring && due >= measuring) h_add(&acked, t > due ? t - due : 0);
    }
    for (q = p; o_nack && (q = memmem(q, e - q, o_nack, strlen(o_nack))); q++) {
        if (!nacks++) fprintf(stderr, "refused: %.*s\n", n > 300 ? 300 : (int)n, p);
        c->inflight--;
    }
}
static void on_text(struct conn *c, const uint8_t *p, uint64_t n, uint64_t t) {
    if (o_pingrx && n == strlen(o_pingrx) && !memcmp(p, o_pingrx, n)) { ws_send(c, 1, o_pongtx, strlen(o_pongtx)); return; }
    if (c->st == S_WAITOPEN) { if (memmem(p, n, o_waitopen, strlen(o_waitopen))) do_sub(c); return; }
    if (c->st == S_WAITHELLO) { if (memmem(p, n, o_helloack, strlen(o_helloack))) do_sub(c); return; }
    if (o_count) for (const uint8_t *q = p; (q = memmem(q, p + n - q, o_count, strlen(o_count))); q++) counted++;
    if (c->st == S_WAITACK && memmem(p, n, o_suback, strlen(o_suback))) set_ready(c);
    else if (mode == M_CUT && c->st == S_WAITACK && o_nack && memmem(p, n, o_nack, strlen(o_nack))) { nacks++; kill_conn(c); return; }
    if (o_ack && c->is_pub && c->due) on_acks(c, p, n, t);
    const uint8_t *e = p + n;
    while (e - p >= MARK && (p = memmem(p, e - p, "~T", 2)) && e - p >= MARK) {
        uint64_t ts = hexn(p + 2, 16); uint32_t pub = hexn(p + 18, 4), seq = hexn(p + 22, 8); p += MARK;
        if (mode == M_ECHO) { if (c->inflight) c->inflight--; dlv++; if (measuring && ts >= measuring) h_add(&seen, t - ts); continue; }
        if (c->is_pub || (int)pub >= o_pubs || !c->tr) continue;
        struct track *k = &c->tr[pub];                  /* seq starts at 1 */
        if (seq > k->last) { uint32_t d = seq - k->last; k->win = d > 63 ? 1 : (k->win << d) | 1; k->last = seq; k->uniq++; }
        else { uint32_t d = k->last - seq; if (d < 64 && !(k->win >> d & 1)) { ooo++; k->win |= 1ull << d; k->uniq++; } else { dup_++; continue; } }
        dlv++; if (measuring && ts >= measuring) h_add(&seen, t > ts ? t - ts : 0);
    }
}
static int handshake(struct conn *c, uint8_t *b, int n) {  /* returns bytes used, 0 = need more */
    uint8_t *e = memmem(b, n, "\r\n\r\n", 4); if (!e) return 0;
    if (n < 12 || memcmp(b + 9, "101", 3)) { if (!bad_hs++) fprintf(stderr, "handshake refused: %.*s\n", n > 300 ? 300 : n, b); kill_conn(c); return n; }
    if (!opened++) t_first = c->t0;
    t_all_open = now();
    if (mode == M_CONNECT || mode == M_CUT) h_add(&seen, t_all_open - c->t0);
    if (o_waitopen) c->st = S_WAITOPEN; else { c->st = S_WAITACK; do_sub(c); }
    return e + 4 - b;
}
static void on_readable(struct conn *c) {
    static uint8_t buf[1 << 18];
    uint32_t have = c->inlen; if (have) memcpy(buf, c->in, have);
    if (have > sizeof buf - 4096) die("frame larger than the client's buffer");
    ssize_t k = recv(c->fd, buf + have, sizeof buf - have, 0);
    if (k == 0 || (k < 0 && errno != EAGAIN && errno != EINTR)) { kill_conn(c); return; }
    if (k < 0) return;
    rx_bytes += k; rx_reads++;
    uint32_t n = have + k, off = 0; uint64_t t = now();
    while (off < n && c->st != S_DEAD) {
        uint8_t *p = buf + off; uint32_t r = n - off;
        if (c->st == S_HS) { int u = handshake(c, p, r); if (!u) break; off += u; continue; }
        if (r < 2) break;
        uint64_t len = p[1] & 127; int h = 2;
        if (len == 126) { if (r < 4) break; len = p[2] << 8 | p[3]; h = 4; }
        else if (len == 127) { if (r < 10) break; len = 0; for (int i = 0; i < 8; i++) len = len << 8 | p[2 + i]; h = 10; }
        if (r < h + len) break;
        int op = p[0] & 15; off += h + len; rx_frames++;
        if (op <= 2) on_text(c, p + h, len, t);
        else if (op == 9) ws_send(c, 10, (char *)p + h, len);
        else if (op == 8) kill_conn(c);
    }
    if (c->st == S_DEAD) return;
    c->inlen = n - off;
    if (c->inlen) { if (c->inlen > c->incap) c->in = realloc(c->in, c->incap = c->inlen * 2); memcpy(c->in, buf + off, c->inlen); }
}
static char *addrs[64]; static int naddrs;
static void open_conn(struct conn *c) {
    union { struct sockaddr s; struct sockaddr_in i; struct sockaddr_un u; } sa; memset(&sa, 0, sizeof sa); socklen_t sl; int one = 1;
    if (o_unix) { sa.u.sun_family = AF_UNIX; strncpy(sa.u.sun_path, o_unix, sizeof sa.u.sun_path - 1); sl = sizeof sa.u; }
    else { sa.i.sin_family = AF_INET; sa.i.sin_port = htons(o_port); if (inet_pton(AF_INET, addrs[c->idx % naddrs], &sa.i.sin_addr) != 1 || (ntohl(sa.i.sin_addr.s_addr) >> 24) != 127) die("only loopback addresses"); sl = sizeof sa.i; }
    c->fd = socket(sa.s.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); if (c->fd < 0) die("socket: %s", strerror(errno));
    if (!o_unix) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->t0 = now();
    if (connect(c->fd, &sa.s, sl) && errno != EINPROGRESS) { if (errno == EAGAIN && o_unix) { close(c->fd); started--; return; } die("connect: %s", strerror(errno)); }
    static char r[16384], path[8192];
    expand(path, sizeof path, c->is_pub && o_pubpath ? o_pubpath : o_path, c, "", 0);
    int n = snprintf(r, sizeof r, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://127.0.0.1\r\n%s%s%s%s\r\n",
                     path, o_unix ? "127.0.0.1" : addrs[0], o_proto ? "Sec-WebSocket-Protocol: " : "", o_proto ? o_proto : "", o_proto ? "\r\n" : "", o_headers);
    free(c->out); c->outoff = c->inlen = 0; c->seq = 0;
    c->st = S_HS; c->out = malloc(c->outcap = n + 16); memcpy(c->out, r, n); c->outlen = n;   /* sent when the socket turns writable */
    struct epoll_event e = { EPOLLIN | EPOLLOUT, { .ptr = c } }; epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}
static int tfd; static char marker_timer;
static void arm(uint64_t at) { struct itimerspec t = { { 0, 0 }, { at / NS, at % NS } }; timerfd_settime(tfd, TFD_TIMER_ABSTIME, &t, 0); }
static void poll_once(int ms) {
    struct epoll_event ev[512]; int n = epoll_wait(ep, ev, 512, ms);
    for (int i = 0; i < n; i++) {
        if (ev[i].data.ptr == &marker_timer) { uint64_t x; if (read(tfd, &x, 8) < 0) {} continue; }
        struct conn *c = ev[i].data.ptr; if (c->st == S_DEAD) continue;
        if (ev[i].events & EPOLLOUT) { int had = c->outlen; flush_out(c); if (c->st != S_DEAD && had && !c->outlen) interest(c, 0); }
        if (c->st != S_DEAD && (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) on_readable(c);
    }
}
static void mark_cpu(int end) { for (int i = 0; i < npids; i++) { uint64_t v = pids[i].tree ? tree_ns(pids[i].pid) : cpu_ns(pids[i].pid); if (end) pids[i].c1 = v; else pids[i].c0 = v; } }
static void mark_rss(int end) { for (int i = 0; i < npids; i++) { long v = rss_kb(pids[i].pid); if (end) pids[i].r1 = v; else pids[i].r0 = v; } }
static void print_pids(double per, const char *unit) {
    printf(",\"procs\":{");
    for (int i = 0; i < npids; i++) printf("%s\"%s\":{\"cpu_s\":%.3f,\"cpu_us_per_%s\":%.3f,\"rss_kb\":%ld,\"rss_growth_kb\":%ld}", i ? "," : "", pids[i].label, (pids[i].c1 - pids[i].c0) / 1e9, unit, per > 0 ? (pids[i].c1 - pids[i].c0) / 1e3 / per : 0, pids[i].r1, pids[i].r1 - pids[i].r0);
    printf("}");
}
int main(int ac, char **av) {
    if (ac < 2) die("usage: wsload connect|fanout|echo [options], see the head of wsload.c and README");
    mode = !strcmp(av[1], "connect") ? M_CONNECT : !strcmp(av[1], "fanout") ? M_FANOUT : !strcmp(av[1], "echo") ? M_ECHO : !strcmp(av[1], "cut") ? M_CUT : (die("mode?"), 0);
    for (int i = 2; i + 1 < ac; i += 2) {
        char *k = av[i], *v = av[i + 1];
#define S(name, var) else if (!strcmp(k, name)) var = v
#define I(name, var) else if (!strcmp(k, name)) var = atoi(v)
#define F(name, var) else if (!strcmp(k, name)) var = atof(v)
        if (!strcmp(k, "--header")) { strncat(o_headers, v, sizeof o_headers - 8 - strlen(o_headers)); strcat(o_headers, "\r\n"); }
        else if (!strcmp(k, "--boards-file")) boards_ = lines(v, &nboards_);
        else if (!strcmp(k, "--notes-file")) notes_ = lines(v, &nnotes_);
        else if (!strcmp(k, "--ghosts-file")) ghosts_ = lines(v, &nghosts_);
        else if (!strcmp(k, "--pid") || !strcmp(k, "--tree")) {
            pids[npids].tree = k[2] == 't'; char *q = strchr(v, '='); if (npids < MAXPID) { snprintf(pids[npids].label, 32, "%.*s", q ? (int)(q - v) : 6, q ? v : "server"); pids[npids++].pid = atoi(q ? q + 1 : v); } }
        S("--addr", o_addr); S("--unix", o_unix); S("--path", o_path); S("--pub-path", o_pubpath); S("--proto", o_proto);
        S("--hello", o_hello); S("--hello-ack", o_helloack); S("--wait-open", o_waitopen); S("--sub", o_sub); S("--resub", o_resub); S("--count", o_count); S("--sub-ack", o_suback); S("--pub", o_pub);
        S("--ack", o_ack); S("--nack", o_nack); I("--ack-window", o_ackwin); I("--pub-joins", o_pubjoins);
        S("--ping", o_pingrx); S("--pong", o_pongtx);
        I("--port", o_port); I("-n", o_n); I("--boards", o_boards); I("-p", o_pubs); I("--size", o_size); I("--window", o_window);
        I("--inflight", o_inflight); I("--stall", o_stall);
        F("--rate", o_rate); F("--connect-rate", o_crate); F("--duration", o_dur); F("--warmup", o_warm); F("--hold", o_hold);
        else die("unknown option %s", k);
    }
    if (o_size < MARK) die("--size must be at least %d", MARK);
    if (o_dur > 600 || o_hold > 600 || o_n > 200000) die("bounds: 600 s, 200000 connections");
    o_hello = tmpl(o_hello); o_sub = tmpl(o_sub); o_resub = tmpl(o_resub); o_pub = tmpl(o_pub); o_pingrx = tmpl(o_pingrx); o_pongtx = tmpl(o_pongtx); o_suback = tmpl(o_suback); o_waitopen = tmpl(o_waitopen); o_helloack = tmpl(o_helloack);
    if (o_ackwin >= RING) die("--ack-window must be below %d", RING);
    for (char *s = strtok(strdup(o_addr), ","); s && naddrs < 64; s = strtok(0, ",")) addrs[naddrs++] = s;
    struct rlimit rl = { o_n + 1000, o_n + 1000 }, cur; getrlimit(RLIMIT_NOFILE, &cur); if (cur.rlim_cur < rl.rlim_cur) { rl.rlim_max = cur.rlim_max > rl.rlim_max ? cur.rlim_max : rl.rlim_max; if (setrlimit(RLIMIT_NOFILE, &rl)) die("raise ulimit -n (%d needed)", o_n + 1000); }
    signal(SIGPIPE, SIG_IGN);
    NC = o_n + (mode == M_FANOUT ? o_pubs : 0); C = calloc(NC, sizeof *C); ep = epoll_create1(0); sent = calloc(o_pubs + 1, 8);
    tfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK); struct epoll_event te = { EPOLLIN, { .ptr = &marker_timer } }; epoll_ctl(ep, EPOLL_CTL_ADD, tfd, &te);
    mark_cpu(0); mark_rss(0); long slab0 = slab_kb();

    /* 1. open all connections, at most --inflight handshakes at a time, at most --connect-rate per second */
    uint64_t tbeg = now(), deadline = tbeg + 120 * NS; h_reset(&seen);
    while (ready + dead < NC && now() < deadline) {
        while (started < NC && started - opened - dead < o_inflight && (o_crate <= 0 || started < (now() - tbeg) / 1e9 * o_crate + 1)) {
            struct conn *c = &C[started]; c->idx = started; c->is_pub = mode == M_FANOUT && started >= o_n;
            c->board = c->is_pub ? (started - o_n) % o_boards : started % o_boards;
            if (mode == M_FANOUT && !c->is_pub && !c->tr) c->tr = calloc(o_pubs, sizeof *c->tr);
            if (c->is_pub && o_ack && !c->due) c->due = calloc(RING, sizeof *c->due);
            int was = started++; open_conn(c); if (started == was) break;      /* unix backlog full: retry */
        }
        poll_once(o_crate > 0 || started < NC ? 1 : 100);
    }
    double open_s = (t_all_open - tbeg) / 1e9;
    printf("{\"mode\":\"%s\",\"n\":%d,\"ready\":%d,\"failed\":%d,\"open_s\":%.3f,\"connects_per_s\":%.0f", av[1], NC, ready, dead, open_s, open_s > 0 ? opened / open_s : 0);
    mark_cpu(1); printf(",\"ready_s\":%.3f,\"join_p50_us\":%.0f,\"join_p99_us\":%.0f", (t_all_ready - tbeg) / 1e9, h_q(&joined, .5), h_q(&joined, .99)); printf(",\"open_cpu_us_per_conn\":%.1f", npids && opened ? (pids[0].c1 - pids[0].c0) / 1e3 / opened : 0);

    if (mode == M_CONNECT) {
        printf(",\"hs_p50_us\":%.0f,\"hs_p99_us\":%.0f,\"hs_max_us\":%.0f", h_q(&seen, .5), h_q(&seen, .99), seen.max / 1e3);
        mark_cpu(0); uint64_t t0 = now(); while (now() < t0 + (uint64_t)(o_hold * NS)) poll_once(50);
        mark_cpu(1); mark_rss(1); double dt = (now() - t0) / 1e9;
        printf(",\"still_open\":%d,\"idle_cpu_pct\":%.2f,\"rss_kb_per_conn\":%.2f,\"kernel_slab_kb_per_conn_both_ends\":%.2f", ready, npids ? (pids[0].c1 - pids[0].c0) / 1e7 / dt : 0, npids ? (double)(pids[0].r1 - pids[0].r0) / (opened ? opened : 1) : 0, (double)(slab_kb() - slab0) / (opened ? opened : 1));
        print_pids(opened, "conn"); printf("}\n"); return dead ? 1 : 0;
    }
    if (mode == M_CUT) {
        uint64_t t0 = now(); while (now() < t0 + (uint64_t)(o_hold * NS)) poll_once(50);
        h_reset(&joined); bad_hs = nacks = counted = 0; mark_cpu(0); t_cut = now();
        for (int i = 0; i < NC; i++) if (C[i].st == S_DEAD) come_back(&C[i]); else kill_conn(&C[i]);
        while (ready < NC && now() < t_cut + 60 * NS) {
            uint64_t t = now();
            for (int i = 0; i < NC; i++) if (C[i].st == S_DEAD && C[i].again <= t) { tries_++; open_conn(&C[i]); }
            poll_once(1);
        }
        uint64_t end = now() + 3 * NS; mark_cpu(1); double took = (now() - t_cut) / 1e9; uint64_t during = counted;
        while (now() < end) poll_once(20);
        printf(",\"back\":%d,\"back_s\":%.3f,\"back_p50_us\":%.0f,\"back_p99_us\":%.0f,\"tries\":%llu,\"turned_away\":%llu,\"refused\":%llu,\"counted\":%llu,\"counted_after\":%llu", ready, took, h_q(&joined, .5), h_q(&joined, .99), (unsigned long long)tries_, (unsigned long long)bad_hs, (unsigned long long)nacks, (unsigned long long)during, (unsigned long long)(counted - during));
        print_pids(NC, "conn"); printf("}\n"); return 0;
    }
    if (ready < NC) fprintf(stderr, "only %d of %d ready\n", ready, NC);
    if (!ready) { printf("}\n"); die("no connection became ready"); }
    for (int i = 0; i < o_stall && i < o_n; i++) { epoll_ctl(ep, EPOLL_CTL_DEL, C[i].fd, 0); }
    uint64_t pend = now() + 300000000; while (now() < pend) poll_once(20);

    /* 2. warm up, measure, drain */
    int *nsub = calloc(o_boards, sizeof(int)); for (int i = o_stall; i < o_n; i++) if (C[i].st == S_READY) nsub[C[i].board]++;
    char *pay = malloc(o_size + 1), *msg = malloc(o_size + 65536); memset(pay, 'x', o_size); pay[o_size] = 0;
    uint64_t expected = 0, msgs = 0, m0 = 0, d0 = 0, f0 = 0, rd0 = 0, b0 = 0, t0 = now(), tm = t0 + (uint64_t)(o_warm * NS), te2 = tm + (uint64_t)(o_dur * NS), k = 0, late_max = 0;
    uint64_t self0 = 0, self1 = 0; dlv = 0; h_reset(&seen); int rr = 0; double dt = 0; uint64_t ma = 0, a0 = 0, md = 0, mm = 0, mf = 0, mr = 0, mb = 0;
    for (;;) {
        uint64_t t = now();
        if (!measuring && t >= tm) { measuring = tm; m0 = msgs; a0 = acks; d0 = dlv; f0 = rx_frames; rd0 = rx_reads; b0 = rx_bytes; mark_cpu(0); mark_rss(0); self0 = cpu_ns(getpid()); tm = t; te2 = t + (uint64_t)(o_dur * NS); }
        if (measuring && t >= te2) { mark_cpu(1); mark_rss(1); self1 = cpu_ns(getpid()); dt = (t - tm) / 1e9; md = dlv - d0; mm = msgs - m0; ma = acks - a0; mf = rx_frames - f0; mr = rx_reads - rd0; mb = rx_bytes - b0; break; }
        if (mode == M_FANOUT) {
            for (int burst = 0; burst < (o_ackwin ? o_pubs * o_ackwin : 64); burst++) {
                uint64_t ts = t;
                if (o_rate > 0) { ts = t0 + (uint64_t)(k / o_rate * 1e9); if (ts > t) break; if (measuring && t - ts > late_max) late_max = t - ts; }
                else if (!o_ackwin && expected - dlv > (uint64_t)o_window * (o_n - o_stall) / o_boards) break;
                int p = rr++ % o_pubs; struct conn *c = &C[o_n + p]; k++;
                if (c->st != S_READY || (o_ackwin && o_rate <= 0 && c->inflight >= (uint32_t)o_ackwin)) continue;
                c->inflight++; c->seq++; if (c->due) c->due[c->seq % RING] = ts;
                mk_payload(pay, ts, p, ++sent[p]); int n = expand(msg, o_size + 65536, o_pub, c, pay, o_size);
                ws_send(c, 1, msg, n); msgs++; expected += nsub[c->board];
            }
            if (o_rate > 0) arm(t0 + (uint64_t)(k / o_rate * 1e9));
        } else if (o_rate > 0) {
            for (int burst = 0; burst < 256; burst++) {
                uint64_t ts = t0 + (uint64_t)(k / o_rate * 1e9); if (ts > t) break; k++;
                struct conn *c = &C[rr++ % o_n]; if (c->st != S_READY) continue;
                if (measuring && t - ts > late_max) late_max = t - ts;
                mk_payload(pay, ts, 0, ++c->seq); int n = expand(msg, o_size + 65536, o_pub, c, pay, o_size); ws_send(c, 1, msg, n); msgs++; expected++;
            }
            arm(t0 + (uint64_t)(k / o_rate * 1e9));
        } else {
            for (int i = 0; i < o_n; i++) while (C[i].st == S_READY && C[i].inflight < (uint32_t)o_window) {
                struct conn *c = &C[i]; c->inflight++; mk_payload(pay, now(), 0, ++c->seq); int n = expand(msg, o_size + 65536, o_pub, c, pay, o_size); ws_send(c, 1, msg, n); msgs++; expected++;
            }
        }
        poll_once(o_rate > 0 ? 20 : 5);
    }
    uint64_t lat_n = seen.n; double p50 = h_q(&seen, .5), p90 = h_q(&seen, .9), p95 = h_q(&seen, .95), p99 = h_q(&seen, .99), p999 = h_q(&seen, .999), mx = seen.max / 1e3, mean = seen.n ? seen.sum / seen.n / 1e3 : 0;
    uint64_t dr = now() + 3 * NS; while (now() < dr && (dlv < expected || (o_ack && acks + nacks < msgs))) poll_once(20);
    uint64_t lost = 0;
    if (mode == M_FANOUT) { for (int i = o_stall; i < o_n; i++) if (C[i].tr) for (int p = 0; p < o_pubs; p++) if (p % o_boards == C[i].board) lost += sent[p] - C[i].tr[p].uniq; }
    else lost = expected > dlv ? expected - dlv : 0;
    printf(",\"msgs\":%llu,\"msgs_per_s\":%.1f,\"deliveries\":%llu,\"deliveries_per_s\":%.0f,\"frames\":%llu,\"reads\":%llu,\"rx_mb_per_s\":%.1f", (unsigned long long)mm, mm / dt, (unsigned long long)md, md / dt, (unsigned long long)mf, (unsigned long long)mr, mb / dt / 1e6);
    printf(",\"lat_n\":%llu,\"mean_us\":%.0f,\"p50_us\":%.0f,\"p90_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"max_us\":%.0f,\"lost\":%llu,\"dup\":%llu,\"out_of_order\":%llu,\"sender_late_max_us\":%.0f", (unsigned long long)lat_n, mean, p50, p90, p99, p999, mx, (unsigned long long)lost, (unsigned long long)dup_, (unsigned long long)ooo, late_max / 1e3);
    if (o_ack) printf(",\"acked_per_s\":%.0f,\"ack_p50_us\":%.0f,\"ack_p99_us\":%.0f,\"ack_p999_us\":%.0f,\"ack_max_us\":%.0f,\"unacked\":%lld,\"refused\":%llu", ma / dt, h_q(&acked, .5), h_q(&acked, .99), h_q(&acked, .999), acked.max / 1e3, (long long)(msgs - acks - nacks), (unsigned long long)nacks);
    printf(",\"p95_us\":%.0f,\"bytes_per_delivery\":%.0f,\"frames_per_read\":%.2f", p95, md ? (double)mb / md : 0, mr ? (double)mf / mr : 0);
    printf(",\"client_cpu_pct\":%.0f", (self1 - self0) / 1e7 / dt); print_pids(md, "delivery"); printf("}\n");
    return 0;
}
