/* The crowd of `python -m tests.benchmarks ingest`: many browsers that send events and wait for acknowledgements.
 *
 * One and the same for every server that is compared. In C, because it shares the processors with the server and the
 * database: a frame costs it two system calls and about a microsecond, where a crowd in Python or Node takes as long as
 * the server and would be what is measured. Frames are masked with keys that are not zero, no two events are the same.
 *
 * usage: load PORT CONNECTIONS EVENTS EVENTS_A_FRAME WINDOW RATE WARM_UP SECONDS
 *   CONNECTIONS     a file with a line for each connection: the path to open, a tab, the hello frame
 *   EVENTS          a file with an event a line; ######## becomes its number, ~~~~~~~~ hexadecimal digits and ^^^^^^^^
 *                   letters that belong to this event alone, $$$$$$$$ letters that belong to its page: ten events
 *   EVENTS_A_FRAME  0: only connect, say "ready", and stay until standard input ends
 *   WINDOW          frames of a connection that wait for their acknowledgement at most
 *   RATE            frames a second of each connection, evenly spread; 0: as many as the window allows
 * Writes one JSON object. Times count from when a frame was due, not from when there was time to send it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { FIRST = 10000000, OPENING_AT_ONCE = 50, MOST_WINDOW = 1024, LARGEST_IN = 65536, EVENTS_A_PAGE = 10, DRAIN_S = 30 };
enum state { WAITING, UPGRADING, GREETING, READY, GONE };

struct browser {
    int fd;
    enum state state;
    const char *path, *hello;
    int64_t sent, acknowledged;      /* the last event's number */
    int64_t frames_sent, frames_acknowledged;
    double due[MOST_WINDOW];         /* of the frames that wait, by their number modulo the window */
    double next_due;
    uint8_t *out;                    /* what the socket has not taken yet */
    size_t out_at, out_end;
    uint8_t in[4096];
    size_t in_end;
};

static struct browser *browsers;
static int many, ready, gone, epoll;
static char **events;
static size_t *event_sizes;
static int event_kinds;
static int per_frame, window;
static double rate;
static size_t largest_frame;
static float *latencies;
static size_t measured, latencies_room;
static int64_t acknowledged_in_time, slow_downs, errors;
static double measure_from, measure_to;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static char **lines_of(const char *path, int *count) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    char **lines = NULL, *line = NULL;
    size_t room = 0;
    ssize_t size;
    for (*count = 0; (size = getline(&line, &room, file)) > 0; ++*count) {
        if (line[size - 1] == '\n') line[size - 1] = 0;
        lines = realloc(lines, (*count + 1) * sizeof *lines);
        lines[*count] = strdup(line);
    }
    fclose(file);
    return lines;
}

/* Writes one event with what is its own; returns its size. */
static size_t write_event(char *to, int64_t number, uint64_t who) {
    uint64_t mixed = (number * 0x9E3779B97F4A7C15ull) ^ (who * 0xC2B2AE3D27D4EB4Full);
    int kind = (number + who * 7) % event_kinds;
    size_t size = event_sizes[kind];
    memcpy(to, events[kind], size);
    for (char *at = to; at + 8 <= to + size; ++at) {
        if (*at != '#' && *at != '~' && *at != '^' && *at != '$') continue;
        if (at[1] != *at || at[7] != *at) continue;
        char sign = *at;
        if (sign == '$') mixed = (number / EVENTS_A_PAGE * 0x9E3779B97F4A7C15ull) ^ (who * 0xC2B2AE3D27D4EB4Full);
        mixed ^= mixed >> 29; mixed *= 0xBF58476D1CE4E5B9ull; mixed ^= mixed >> 32;
        int64_t rest = number;
        for (int i = 7; i >= 0; --i) {
            if (sign == '#') { at[i] = '0' + rest % 10; rest /= 10; }
            else if (sign == '~') at[i] = "0123456789abcdef"[mixed >> (i * 4) & 15];
            else at[i] = 'a' + (mixed >> (i * 8) & 255) % 26;
        }
        at += 7;
    }
    return size;
}

static size_t write_frame(uint8_t *to, const char *payload, size_t size) {
    size_t head = 2;
    to[0] = 0x81;
    if (size < 126) to[1] = 0x80 | size;
    else if (size < 65536) { to[1] = 0x80 | 126; to[2] = size >> 8; to[3] = size; head = 4; }
    else { to[1] = 0x80 | 127; for (int i = 0; i < 8; ++i) to[2 + i] = (uint64_t)size >> (56 - 8 * i); head = 10; }
    uint8_t key[4] = {0x5a, 0xc3, 0x17, (uint8_t)(size | 1)};
    memcpy(to + head, key, 4);
    for (size_t i = 0; i < size; ++i) to[head + 4 + i] = payload[i] ^ key[i & 3];
    return head + 4 + size;
}

static void listen_for(struct browser *one, uint32_t what) {
    struct epoll_event wish = {.events = what, .data.ptr = one};
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, one->fd, &wish)) die("epoll_ctl");
}

static void leave(struct browser *one) {
    if (one->state == READY) --ready;
    one->state = GONE;
    ++gone;
    close(one->fd);
}

static void flush(struct browser *one) {
    while (one->out_at < one->out_end) {
        ssize_t took = send(one->fd, one->out + one->out_at, one->out_end - one->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (took < 0 && errno == EAGAIN) { listen_for(one, EPOLLIN | EPOLLOUT); return; }
        if (took < 0) { leave(one); return; }
        one->out_at += took;
        if (one->out_at == one->out_end) listen_for(one, EPOLLIN);
    }
    one->out_at = one->out_end = 0;
}

/* Sends at once what the socket takes, and keeps the rest. */
static void say(struct browser *one, const uint8_t *data, size_t size) {
    size_t done = 0;
    if (one->out_end == one->out_at) {
        ssize_t took = send(one->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (took < 0 && errno != EAGAIN) { leave(one); return; }
        done = took > 0 ? took : 0;
        if (done == size) return;
        listen_for(one, EPOLLIN | EPOLLOUT);
    }
    one->out = realloc(one->out, one->out_end + size - done);
    memcpy(one->out + one->out_end, data + done, size - done);
    one->out_end += size - done;
}

static void send_events(struct browser *one, double due) {
    static char *payload;
    static uint8_t *frame;
    if (!payload) { payload = malloc(largest_frame); frame = malloc(largest_frame + 14); }
    size_t size = sprintf(payload, "{\"type\":\"events\",\"events\":[");
    for (int i = 0; i < per_frame; ++i) {
        if (i) payload[size++] = ',';
        size += write_event(payload + size, ++one->sent, one - browsers);
    }
    payload[size++] = ']';
    payload[size++] = '}';
    one->due[one->frames_sent++ % window] = due;
    say(one, frame, write_frame(frame, payload, size));
}

static void acknowledge(struct browser *one, int64_t number, double at) {
    if (number > one->sent || number < FIRST) { errno = 0; die("acknowledged what was not sent"); }
    for (int64_t last; (last = FIRST + (one->frames_acknowledged + 1) * per_frame) <= number; ++one->frames_acknowledged) {
        double due = one->due[one->frames_acknowledged % window];
        if (at >= measure_from && at <= measure_to) acknowledged_in_time += per_frame;
        if (due >= measure_from && due <= measure_to && measured < latencies_room) latencies[measured++] = at - due;
    }
    one->acknowledged = number;
}

static void hear(struct browser *one, const char *said, size_t size, double at) {
    char text[512] = {0};
    memcpy(text, said, size < sizeof text - 1 ? size : sizeof text - 1);
    const char *number = strstr(text, "\"seq\":");
    if (strstr(text, "\"ack\"") && number) acknowledge(one, atoll(number + 6), at);
    else if (strstr(text, "\"welcome\"") && one->state == GREETING) { one->state = READY; ++ready; }
    else if (strstr(text, "\"slow_down\"")) ++slow_downs;
    else if (strstr(text, "\"error\"")) { if (!errors++) fprintf(stderr, "load: the server said %s\n", text); }
}

static void read_from(struct browser *one) {
    static uint8_t more[LARGEST_IN];
    memcpy(more, one->in, one->in_end);
    ssize_t got = recv(one->fd, more + one->in_end, sizeof more - one->in_end, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { leave(one); return; }
    double at = now();
    size_t end = one->in_end + got, begin = 0;
    if (one->state == UPGRADING) {
        uint8_t *head = memmem(more, end, "\r\n\r\n", 4);
        if (head) {
            if (memcmp(more, "HTTP/1.1 101", 12)) { fprintf(stderr, "load: %.200s\n", more); exit(1); }
            begin = head + 4 - more;
            one->state = GREETING;
            uint8_t frame[1024];
            say(one, frame, write_frame(frame, one->hello, strlen(one->hello)));
        }
    }
    while (one->state > UPGRADING && one->state < GONE && end - begin >= 2) {
        size_t size = more[begin + 1] & 127, head = 2;
        if (size == 126) { if (end - begin < 4) break; size = more[begin + 2] << 8 | more[begin + 3]; head = 4; }
        if (end - begin < head + size) break;
        if ((more[begin] & 15) == 8) { leave(one); return; }
        hear(one, (char *)more + begin + head, size, at);
        begin += head + size;
    }
    one->in_end = end - begin;
    if (one->in_end > sizeof one->in) { errno = 0; die("an answer too long"); }
    memcpy(one->in, more + begin, one->in_end);
}

static void open_one(struct browser *one, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    one->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (one->fd < 0 || connect(one->fd, (struct sockaddr *)&address, sizeof address)) die("connect");
    setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct epoll_event wish = {.events = EPOLLIN, .data.ptr = one};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, one->fd, &wish)) die("epoll_ctl");
    char request[2048];
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", one->path);
    one->state = UPGRADING;
    say(one, (uint8_t *)request, size);
}

static void poll_for(double seconds) {
    struct epoll_event happened[512];
    struct timespec longest = {.tv_nsec = seconds > 0 ? (long)(seconds * 1e9) : 0};
    int count = epoll_pwait2(epoll, happened, 512, &longest, NULL);
    for (int i = 0; i < count; ++i) {
        struct browser *one = happened[i].data.ptr;
        if (one->state < GONE && happened[i].events & EPOLLOUT) flush(one);
        if (one->state < GONE && happened[i].events & ~EPOLLOUT) read_from(one);
    }
}

static void connect_all(int port) {
    double until = now() + 120;
    for (int opened = 0; ready < many;) {
        while (opened < many && opened - ready < OPENING_AT_ONCE) open_one(&browsers[opened++], port);
        poll_for(0.1);
        errno = 0;
        if (gone) die("a connection was closed before it began");
        if (now() > until) die("not all connections were welcomed");
    }
}

/* Sends what is due or what the window allows; returns the seconds until something else is due. */
static double send_due(double moment) {
    double soonest = moment + 0.05;
    for (int i = 0; i < many; ++i) {
        struct browser *one = &browsers[i];
        while (one->state == READY && one->frames_sent - one->frames_acknowledged < window) {
            if (rate && one->next_due > moment) break;
            send_events(one, rate ? one->next_due : moment);
            if (rate) one->next_due += 1 / rate;
        }
        if (rate && one->state == READY && one->next_due < soonest) soonest = one->next_due;
    }
    return soonest - moment;
}

static int by_size(const void *a, const void *b) {
    return (*(float *)a > *(float *)b) - (*(float *)a < *(float *)b);
}

static double percentile(double percent) {
    return measured ? latencies[(size_t)((measured - 1) * percent / 100)] * 1000 : 0;
}

static void report(double seconds, double share) {
    qsort(latencies, measured, sizeof *latencies, by_size);
    printf("{\"events_per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"slow_downs\":%ld,\"errors\":%ld,\"closed\":%d,"
           "\"processor_share\":%.3f,\"first\":%d,\"acknowledged\":[",
           acknowledged_in_time / seconds, percentile(50), percentile(99), (long)slow_downs, (long)errors, gone, share,
           FIRST + 1);
    for (int i = 0; i < many; ++i) printf("%s%ld", i ? "," : "", (long)browsers[i].acknowledged);
    printf("]}\n");
}

int main(int count, char **words) {
    if (count != 9) { fprintf(stderr, "load: see the head of load.c\n"); return 2; }
    char **lines = lines_of(words[2], &many);
    events = lines_of(words[3], &event_kinds);
    event_sizes = calloc(event_kinds, sizeof *event_sizes);
    per_frame = atoi(words[4]), window = atoi(words[5]), rate = atof(words[6]);
    double warm_up = atof(words[7]), seconds = atof(words[8]);
    size_t largest_event = 0;
    for (int i = 0; i < event_kinds; ++i) {
        event_sizes[i] = strlen(events[i]);
        if (event_sizes[i] > largest_event) largest_event = event_sizes[i];
    }
    if (window > MOST_WINDOW || !event_kinds) { fprintf(stderr, "load: no events or too large a window\n"); return 2; }
    largest_frame = 64 + (largest_event + 1) * (per_frame ? per_frame : 1);
    latencies_room = 20 * 1000 * 1000;
    latencies = malloc(latencies_room * sizeof *latencies);
    browsers = calloc(many, sizeof *browsers);
    epoll = epoll_create1(0);
    for (int i = 0; i < many; ++i) {
        browsers[i].sent = browsers[i].acknowledged = FIRST;
        browsers[i].path = strtok(lines[i], "\t");
        browsers[i].hello = strtok(NULL, "\t");
    }
    connect_all(atoi(words[1]));
    if (!per_frame) {
        puts("ready");
        fflush(stdout);
        while (getchar() != EOF) continue;
        return 0;
    }
    double begin = now();
    measure_from = begin + warm_up, measure_to = measure_from + seconds;
    for (int i = 0; i < many; ++i) browsers[i].next_due = begin + (rate ? i / (many * rate) : 0);
    for (double moment; (moment = now()) < measure_to;) {
        poll_for(send_due(moment));
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double share = (used.ru_utime.tv_sec + used.ru_utime.tv_usec / 1e6 + used.ru_stime.tv_sec + used.ru_stime.tv_usec / 1e6)
                   / (warm_up + seconds);
    for (double until = now() + DRAIN_S; now() < until;) {
        int waiting = 0;
        for (int i = 0; i < many; ++i) waiting += browsers[i].state == READY && browsers[i].acknowledged < browsers[i].sent;
        if (!waiting) break;
        poll_for(0.05);
    }
    report(seconds, share);
    return 0;
}
