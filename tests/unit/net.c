// SPDX-License-Identifier: MIT
// Networks: user networking with real traffic (a little guest does DHCP, ARP, UDP and TCP against servers on
// this host), forwards into the guest, refusals, flow control and pausing, a pair of machines, the packet
// dump; and the same guest once more through the virtio card's rings.
#include "hw/host/net/link.h"
#include "hw/host/net/user.h"
#include "hw/virtio/devices.h"
#include "tests/lib/guest_net.h"
#include "tests/lib/suite.h"
#include "tests/lib/virtio_driver.h"
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char error[500];

// ---- a card that is a queue

typedef struct Card {
    pthread_mutex_t lock;
    pthread_cond_t came;
    unsigned head, n, room, refused; // frames
    struct {
        size_t size;
        uint8_t bytes[2048];
    } frame[256];
    Net *net;
} Card;

static bool card_receive(void *opaque, const uint8_t *frame, size_t size) {
    Card *c = opaque;
    pthread_mutex_lock(&c->lock);
    bool takes = c->n < c->room && size <= 2048;
    if (takes) {
        unsigned i = (c->head + c->n++) % 256;
        memcpy(c->frame[i].bytes, frame, size);
        c->frame[i].size = size;
    } else {
        c->refused++;
    }
    pthread_cond_signal(&c->came);
    pthread_mutex_unlock(&c->lock);
    return takes;
}

static void guest_send(void *opaque, const uint8_t *frame, size_t size) {
    Net *n = ((Card *)opaque)->net;
    n->send(n, frame, size);
}

static size_t guest_receive(void *opaque, uint8_t *frame, size_t max, int wait_ms) {
    Card *c = opaque;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000l;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    size_t size = 0;
    pthread_mutex_lock(&c->lock);
    while (!c->n && !pthread_cond_timedwait(&c->came, &c->lock, &until)) {}
    if (c->n) {
        size = c->frame[c->head].size;
        memcpy(frame, c->frame[c->head].bytes, size < max ? size : max);
        c->head = (c->head + 1) % 256;
        c->n--;
    }
    pthread_mutex_unlock(&c->lock);
    if (size) c->net->ready(c->net);
    return size;
}

static void plug(Card *c, GuestNet *g, Net *n) {
    *c = (Card){.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER, .room = 256, .net = n};
    *g = (GuestNet){
        .send = guest_send, .receive = guest_receive, .opaque = c, .mac = {0x52, 0x54, 0, 1, 2, 3}};
    NetFront front = {.opaque = c, .receive = card_receive};
    n->attach(n, &front);
}

static Net *open_user(NetUserSpec spec) {
    Net *n = net_user_open(&spec, error, sizeof error);
    ck_assert_msg(n != NULL, "%s", error);
    return n;
}

// ---- servers and clients on this host

static int host_socket(int type, uint16_t *port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, type, 0);
    struct timeval limit = {10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, n), 0);
    getsockname(fd, (struct sockaddr *)&a, &n);
    *port = ntohs(a.sin_port);
    if (type == SOCK_STREAM) listen(fd, 4);
    return fd;
}

static int host_connect(uint16_t port) {
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval limit = {10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void *echo_tcp(void *listener) {
    char data[4096];
    int fd = accept(*(int *)listener, NULL, NULL);
    for (ssize_t n; fd >= 0 && (n = recv(fd, data, sizeof data, 0)) > 0;)
        if (send(fd, data, n, MSG_NOSIGNAL) != n) break;
    if (fd >= 0) close(fd);
    return NULL;
}
static void *echo_udp(void *socket) {
    char data[4096];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t n = recvfrom(*(int *)socket, data, sizeof data, 0, (struct sockaddr *)&from, &size);
    if (n > 0) sendto(*(int *)socket, data, n, 0, (struct sockaddr *)&from, size);
    return NULL;
}

// The guest talks to a UDP and a TCP server of this host, through the gateway's address.
static void exchange(GuestNet *g) {
    uint16_t udp_port, tcp_port;
    int udp = host_socket(SOCK_DGRAM, &udp_port), tcp = host_socket(SOCK_STREAM, &tcp_port);
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, echo_udp, &udp);
    pthread_create(&threads[1], NULL, echo_tcp, &tcp);
    char back[4096];
    guest_udp_send(g, g->gateway, 3000, udp_port, "odd datagram!", 13);
    ck_assert_uint_eq(guest_udp_receive(g, 3000, back, sizeof back), 13);
    ck_assert_mem_eq(back, "odd datagram!", 13);
    ck_assert(guest_tcp_connect(g, g->gateway, tcp_port));
    char big[1301];
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < sizeof big; i++) big[i] = i * round;
        guest_tcp_send(g, big, sizeof big);
        size_t got = 0;
        while (got < sizeof big) {
            size_t n = guest_tcp_receive(g, back + got, sizeof back - got);
            ck_assert_uint_gt(n, 0);
            got += n;
        }
        ck_assert_mem_eq(back, big, sizeof big);
    }
    ck_assert(!g->checksums_wrong);
    guest_tcp_close(g);
    for (unsigned i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    close(udp);
    close(tcp);
}

START_TEST(guest_talks_to_host) {
    static Card c;
    GuestNet g;
    Net *n = open_user((NetUserSpec){.hostname = "fledgling"});
    plug(&c, &g, n);
    ck_assert(guest_dhcp(&g));
    ck_assert_uint_eq(g.ip, 0x0a00020f);
    ck_assert_uint_eq(g.gateway, 0x0a000202);
    ck_assert_uint_eq(g.dns, 0x0a000203);
    ck_assert_str_eq(g.hostname, "fledgling");
    exchange(&g);
    n->close(n);
}
END_TEST

START_TEST(other_network) {
    static Card c;
    GuestNet g;
    Net *n = open_user(
        (NetUserSpec){.net = "192.168.7.0/24", .host = "192.168.7.1", .dhcp_start = "192.168.7.100"});
    plug(&c, &g, n);
    ck_assert(guest_dhcp(&g));
    ck_assert_uint_eq(g.ip, 0xc0a80764);
    ck_assert_uint_eq(g.gateway, 0xc0a80701);
    n->close(n);
}
END_TEST

START_TEST(restricted_reaches_nobody) {
    static Card c;
    GuestNet g;
    uint16_t port;
    int tcp = host_socket(SOCK_STREAM, &port);
    Net *n = open_user((NetUserSpec){.restricted = true});
    plug(&c, &g, n);
    ck_assert(guest_dhcp(&g));
    ck_assert_uint_eq(g.gateway, 0); // there is no way out
    ck_assert(guest_arp(&g, 0x0a000202, g.gateway_mac));
    ck_assert(!guest_tcp_connect(&g, 0x0a000202, port));
    n->close(n);
    close(tcp);
}
END_TEST

START_TEST(forward_into_the_guest) {
    static Card c;
    GuestNet g;
    const char *texts[] = {"tcp:127.0.0.1:0-:22"};
    Net *n = open_user((NetUserSpec){.hostfwd = texts, .nhostfwd = 1});
    plug(&c, &g, n);
    ck_assert(guest_dhcp(&g));
    Forward f;
    ck_assert(net_user_forwarded(n, 0, &f));
    ck_assert_uint_ne(f.host_port, 0); // a free one was chosen, and told
    ck_assert(!net_user_forwarded(n, 1, &f));
    net_user_forwarded(n, 0, &f);
    int fd = host_connect(f.host_port);
    ck_assert(guest_tcp_accept(&g, 22));
    ck_assert_int_eq(send(fd, "knock", 5, 0), 5);
    char back[100];
    ck_assert_uint_eq(guest_tcp_receive(&g, back, sizeof back), 5);
    guest_tcp_send(&g, "come in", 7);
    ck_assert_int_eq(recv(fd, back, 7, MSG_WAITALL), 7);
    ck_assert_mem_eq(back, "come in", 7);
    close(fd);

    Forward again = f; // taken, by ourselves
    ck_assert(!net_user_forward(n, &again, error, sizeof error));
    ck_assert_msg(strstr(error, "is taken by this process"), "%s", error);
    ck_assert(net_user_unforward(n, &f));
    ck_assert(!net_user_unforward(n, &f));
    ck_assert(net_user_forward(n, &again, error, sizeof error)); // free again
    n->close(n);
}
END_TEST

// What the user writes, and a part of what the refusal says.
static const struct {
    const char *text, *says;
} bad_forwards[] = {
    {"", "neither"},
    {"icmp::1-:2", "neither"},
    {"tcp:", "host's side"},
    {"tcp::22", "host's side"},
    {"tcp::x-:22", "host's"},
    {"tcp::70000-:1", "host"},
    {"tcp:1.2.3:5-:6", "host's"},
    {"tcp::80-", "guest's side"},
    {"tcp::80-:", "guest's"},
    {"tcp::80-:22x", "guest"},
    {"tcp::80-:0", "cannot be 0"},
    {"tcp::80-::22", "guest's"},
};

START_TEST(bad_forward_is_explained) {
    Forward f;
    ck_assert(!forward_parse(bad_forwards[_i].text, &f, error, sizeof error));
    ck_assert_msg(strstr(error, bad_forwards[_i].says), "%s", error);
}
END_TEST

START_TEST(good_forwards) {
    Forward f;
    char text[100];
    ck_assert(forward_parse("udp:localhost:5353-10.0.2.15:53", &f, error, sizeof error));
    forward_print(&f, text, sizeof text);
    ck_assert_str_eq(text, "udp 127.0.0.1:5353 -> 10.0.2.15:53");
    ck_assert(forward_parse("::2222-:22", &f, error, sizeof error));
    forward_print(&f, text, sizeof text);
    ck_assert_str_eq(text, "tcp *:2222 -> guest:22");
    uint32_t a, m;
    ck_assert(network_parse("10.0.2.0/255.255.255.0", &a, &m, error, sizeof error));
    ck_assert_uint_eq(m, 0xffffff00);
    static const char *const bad[] = {"",
                                      "10.0.2",
                                      "10.0.2.0/",
                                      "10.0.2.0/33",
                                      "10.0.2.0/0",
                                      "10.0.2.0/30",
                                      "10.0.2.0/255.0.255.0",
                                      "10.0.2.0/24x"};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!network_parse(bad[i], &a, &m, error, sizeof error), "%s", bad[i]);
    NetUserSpec outside = {.dhcp_start = "10.9.9.9"};
    ck_assert_ptr_null(net_user_open(&outside, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "dhcpstart"));
}
END_TEST

// ---- the direct link

static void frame_of(uint8_t *frame, unsigned k) {
    memset(frame, k, 60);
    frame[0] = k;
}

// The link's thread delivers; it must have met a full card before any frame is taken from it.
static void wait_for_refusal(Card *c) {
    pthread_mutex_lock(&c->lock);
    while (!c->refused) pthread_cond_wait(&c->came, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

START_TEST(frames_wait_for_room_and_for_the_pause) {
    static Card a, b;
    GuestNet g;
    Net *pair[2];
    uint8_t frame[2048];
    ck_assert_msg(net_pair_open(pair, error, sizeof error), "%s", error);
    plug(&a, &g, pair[0]);
    plug(&b, &g, pair[1]);
    b.room = 2;
    for (unsigned i = 0; i < 8; i++) {
        frame_of(frame, i);
        pair[0]->send(pair[0], frame, 60);
    }
    wait_for_refusal(&b);
    for (unsigned i = 0; i < 8; i++) { // each taken makes room for one
        ck_assert_uint_eq(guest_receive(&b, frame, sizeof frame, 5000), 60);
        ck_assert_uint_eq(frame[0], i);
    }
    pair[1]->pause(pair[1], true);
    frame_of(frame, 99);
    pair[0]->send(pair[0], frame, 60);
    ck_assert_uint_eq(guest_receive(&b, frame, sizeof frame, 50), 0);
    pair[1]->pause(pair[1], false);
    ck_assert_uint_eq(guest_receive(&b, frame, sizeof frame, 5000), 60);
    ck_assert_uint_eq(frame[0], 99);
    pair[1]->attach(pair[1], NULL); // unplugged: frames are lost, nobody is called
    pair[0]->send(pair[0], frame, 60);
    ck_assert_uint_eq(guest_receive(&b, frame, sizeof frame, 50), 0);
    for (unsigned i = 0; i < 2; i++) pair[i]->close(pair[i]);
}
END_TEST

START_TEST(dump_has_every_frame) {
    static Card a;
    GuestNet g;
    char path[] = "/tmp/myna-pcap-XXXXXX";
    int fd[2], file = mkstemp(path);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd), 0);
    Net *n = net_link_open("n0", fd[0], path, error, sizeof error);
    plug(&a, &g, n);
    uint8_t frame[2048];
    frame_of(frame, 5);
    n->send(n, frame, 60);
    ck_assert_int_eq(read(fd[1], frame, sizeof frame), 60);
    ck_assert_int_eq(write(fd[1], frame, 60), 60);
    ck_assert_uint_eq(guest_receive(&a, frame, sizeof frame, 5000), 60);
    n->close(n);
    uint32_t head[6], record[4];
    ck_assert_int_eq(read(file, head, sizeof head), sizeof head);
    ck_assert_uint_eq(head[0], 0xa1b2c3d4);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(read(file, record, sizeof record), sizeof record);
        ck_assert_uint_eq(record[2], 60);
        ck_assert_int_eq(read(file, frame, 60), 60);
        ck_assert_uint_eq(frame[30], 5);
    }
    ck_assert_int_eq(read(file, frame, 1), 0);
    close(file), close(fd[1]);
    unlink(path);
}
END_TEST

// ---- through the virtio card

enum { RX_AT = DRIVER_DATA, TX_AT = DRIVER_DATA + 0x100000, RX_BUFFERS = 8, MRG = 1 << 15, CSUM = 1 };
typedef struct VirtioGuest {
    Driver v;
    size_t header, buffer;
    bool leave_checksums;
} VirtioGuest;

static void fill_rx(VirtioGuest *w, unsigned slot) {
    Seg in = {RX_AT + slot * 0x1000, w->buffer};
    driver_add(&w->v, 0, NULL, 0, &in, 1);
    driver_kick(&w->v, 0);
}

// With CSUM the transport's checksum is left to the device: the field holds the pseudo-header's sum.
static void leave_checksum(uint8_t *h, uint8_t *frame) {
    uint8_t *ip = frame + 14;
    unsigned at = ip[9] == 6 ? 16 : 6, n = (ip[2] << 8 | ip[3]) - 20;
    uint32_t sum = ip[9] + n;
    if (frame[12] != 8 || frame[13] != 0) return;
    for (unsigned i = 12; i < 20; i += 2) sum += ip[i] << 8 | ip[i + 1];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    ip[20 + at] = sum >> 8;
    ip[20 + at + 1] = sum;
    h[0] = 1;
    h[6] = 34;
    h[8] = at;
}

static void virtio_send(void *opaque, const uint8_t *frame, size_t size) {
    VirtioGuest *w = opaque;
    uint16_t head;
    uint32_t len;
    uint8_t *at = driver_ram(&w->v, TX_AT);
    memset(at, 0, w->header);
    memcpy(at + w->header, frame, size);
    if (w->leave_checksums) leave_checksum(at, at + w->header);
    Seg out[2] = {{TX_AT, w->header + 10}, {TX_AT + w->header + 10, size - 10}}; // cut in an odd place
    driver_add(&w->v, 1, out, 2, NULL, 0);
    driver_kick(&w->v, 1);
    ck_assert(driver_wait(&w->v, 1, &head, &len));
}

static size_t virtio_receive(void *opaque, uint8_t *frame, size_t max, int wait_ms) {
    VirtioGuest *w = opaque;
    uint16_t head;
    uint32_t len;
    size_t got = 0, buffers = 1;
    for (int ms = 0; !driver_used(&w->v, 0, &head, &len); ms++) {
        if (ms >= wait_ms) return 0;
        usleep(1000);
    }
    for (size_t i = 0; i < buffers; i++) {
        if (i) ck_assert(driver_used(&w->v, 0, &head, &len)); // all of them appear at once
        uint8_t *at = driver_ram(&w->v, RX_AT + head % RX_BUFFERS * 0x1000);
        size_t skip = i ? 0 : w->header;
        if (!i && w->header == 12) memcpy(&buffers, at + 10, 2), buffers &= 0xffff;
        ck_assert_uint_ge(len, skip);
        memcpy(frame + got, at + skip, len - skip);
        got += len - skip;
    }
    for (size_t i = 0; i < buffers; i++) fill_rx(w, w->v.q[0].next_desc % RX_BUFFERS);
    return got;
}

static const struct {
    const char *props;
    uint64_t features;
    size_t header, buffer;
} cards[] = {
    {"netdev=n0", 0, 10, 2000},                                   // legacy, plain
    {"netdev=n0,force-legacy=off", VIRTIO_F_VERSION_1, 12, 2000}, // version 2
    {"netdev=n0,force-legacy=off", VIRTIO_F_VERSION_1 | MRG | CSUM | VIRTIO_F_EVENT_IDX, 12, 400}, // merged
};

START_TEST(guest_talks_through_virtio) {
    Machine *m = driver_machine();
    machine_add_end(m, PROP_NET, "n0", open_user((NetUserSpec){0}));
    Device *d = driver_device(m, &virtio_net_device, cards[_i].props);
    VirtioGuest w = {
        .header = cards[_i].header, .buffer = cards[_i].buffer, .leave_checksums = cards[_i].features & CSUM};
    driver_start(&w.v, d, cards[_i].features);
    ck_assert_uint_eq(w.v.features, cards[_i].features);
    for (unsigned i = 0; i < RX_BUFFERS; i++) fill_rx(&w, i);
    GuestNet g = {.send = virtio_send, .receive = virtio_receive, .opaque = &w};
    for (unsigned i = 0; i < 6; i++) g.mac[i] = device_read(d, 0x100 + i, 1);
    ck_assert_mem_eq(g.mac, "\x52\x54\x00\x12\x34\x56", 6);
    ck_assert(guest_dhcp(&g));
    exchange(&g);
    d->type->drain(d); // paused: what comes waits
    d->type->resume(d);
    ck_assert(guest_arp(&g, g.gateway, g.gateway_mac));
    machine_free(m);
}
END_TEST

int main(void) {
    Suite *s = suite_create("net");
    TCase *c = tcase_create("net");
    tcase_add_test(c, guest_talks_to_host);
    tcase_add_test(c, other_network);
    tcase_add_test(c, restricted_reaches_nobody);
    tcase_add_test(c, forward_into_the_guest);
    tcase_add_loop_test(c, bad_forward_is_explained, 0, sizeof bad_forwards / sizeof bad_forwards[0]);
    tcase_add_test(c, good_forwards);
    tcase_add_test(c, frames_wait_for_room_and_for_the_pause);
    tcase_add_test(c, dump_has_every_frame);
    tcase_add_loop_test(c, guest_talks_through_virtio, 0, sizeof cards / sizeof cards[0]);
    suite_add_tcase(s, c);
    return suite_run(s);
}
