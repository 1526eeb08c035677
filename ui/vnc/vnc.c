// SPDX-License-Identifier: MIT
// See vnc.h. The thread sleeps in poll on its wake-up, the listening socket and the clients' sockets; what the
// screen says has changed is marked, and libvncserver sends each client what it asked for. Only then is it copied into the server's own
// frame (pixels as the screen's are), so that nobody looking, or slowly, costs little. All its calls are made on this thread.
#include "ui/vnc/vnc.h"
#include <errno.h>
#include <linux/input-event-codes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "tcg/base/fail.h"
#include "ui/vnc/api.h"
#include "ui/vnc/cut.h"
#include "ui/vnc/listen.h"
#ifdef HAVE_VNCSERVER
#include "ui/vnc/keys.h"

enum { CLIENTS = 32, WAIT_MS = 2000, TICK_MS = 16, FIRST_WIDTH = 640, FIRST_HEIGHT = 480 };

struct Vnc {
    Machine *machine;
    ScreenClient client;
    ClipboardPeer clipboard;
    _Atomic bool copied; // somebody else has a new text
    unsigned head;
    pthread_t thread;
    bool started;
    _Atomic bool stop;
    int wake_fd, listen_fd;
    char *path; // of a unix socket
    char password[16];
    char *passwords[2];
    rfbScreenInfoPtr rfb;
    uint32_t *frame, width, height;
    Rect stale; // of the frame: what the screen has newer
    rfbCursor *cursor;
    unsigned buttons; // as the client last said
    int x, y;
};

static void wake(void *opaque) {
    uint64_t one = 1;
    if (write(((Vnc *)opaque)->wake_fd, &one, sizeof(one)) < 0) return; // the counter is full: it is awake
}

// ---- from the screen

// Pixels are 0xXXRRGGBB, as most clients want them too: nothing is to be translated. libvncserver sets its own order with each frame buffer.
static void set_format(Vnc *v) {
    v->rfb->serverFormat.redShift = 16;
    v->rfb->serverFormat.greenShift = 8;
    v->rfb->serverFormat.blueShift = 0;
    rfbClientIteratorPtr it = vnc.GetClientIterator(v->rfb);
    for (rfbClientPtr c; (c = vnc.ClientIteratorNext(it));) v->rfb->setTranslateFunction(c);
    vnc.ReleaseClientIterator(it);
}

static void set_size(Vnc *v, uint32_t width, uint32_t height) {
    if (!width || (width == v->width && height == v->height))
        return; // a head that is off stays as it was seen
    uint32_t *old = v->frame;
    v->stale = (Rect){0};
    v->frame = calloc((size_t)width * height, 4);
    v->width = width;
    v->height = height;
    vnc.NewFramebuffer(v->rfb, (char *)v->frame, (int)width, (int)height, 8, 3, 4);
    set_format(v);
    free(old);
}

static void copy_part(Vnc *v, const Head *h, Rect d) {
    for (uint32_t y = d.y; y < d.y + d.height; y++) {
        const uint32_t *from = picture_at(h->picture, h->view.x + d.x, h->view.y + y);
        memcpy(v->frame + (size_t)y * v->width + d.x, from, d.width * 4ull);
    }
}

// libvncserver is about to send something. Should the size have changed meanwhile, all is marked anew when that is noticed.
static void on_display(rfbClientPtr client) {
    Vnc *v = client->screen->screenData;
    Screen *s = v->machine->screen;
    if (!v->stale.width) return;
    screen_take(s);
    const Head *h = screen_head(s, v->head);
    if (h->picture && h->view.width == v->width && h->view.height == v->height) copy_part(v, h, v->stale);
    screen_drop(s);
    v->stale = (Rect){0};
}

static rfbCursor *make_cursor(const ScreenCursor *c) {
    enum { SIDE = CURSOR_SIDE };
    rfbCursor *made = calloc(1, sizeof(*made));
    made->width = made->height = SIDE;
    made->xhot = (unsigned short)c->hot_x;
    made->yhot = (unsigned short)c->hot_y;
    made->richSource = malloc(SIDE * SIDE * 4);
    memcpy(made->richSource, c->image, SIDE * SIDE * 4);
    made->mask = calloc(SIDE * SIDE / 8, 1);
    for (unsigned i = 0; i < SIDE * SIDE; i++)
        if (c->visible && c->image[i] >> 31) made->mask[i / 8] |= 0x80 >> i % 8; // at least half there
    made->cleanup = made->cleanupMask = made->cleanupRichSource = TRUE;
    return made;
}

static void update(Vnc *v) {
    Rect d;
    rfbCursor *cursor = NULL;
    Screen *s = v->machine->screen;
    screen_take(s);
    const Head *h = screen_head(s, v->head);
    unsigned what = screen_what(s, &v->client, v->head, &d);
    if (what & SCREEN_SIZE) set_size(v, h->view.width, h->view.height);
    bool draw = (what & SCREEN_PIXELS) && h->picture && d.width;
    if (draw) v->stale = rect_join(v->stale, d);
    if (what & SCREEN_CURSOR) cursor = make_cursor(&h->cursor);
    screen_drop(s);
    if (draw) vnc.MarkRectAsModified(v->rfb, (int)d.x, (int)d.y, (int)(d.x + d.width), (int)(d.y + d.height));
    if (cursor) vnc.SetCursor(v->rfb, cursor); // frees the one before
}

// ---- from the clients

static void on_key(rfbBool down, rfbKeySym keysym, rfbClientPtr client) {
    Vnc *v = client->screen->screenData;
    input_key(&v->machine->input, key_from_keysym(keysym), down);
}

static void move_to(Vnc *v, int x, int y) {
    Input *in = &v->machine->input;
    uint32_t ax, ay;
    if (input_has(in, INPUT_ABSOLUTE)) {
        screen_locate(v->machine->screen, v->head, x, y, &ax, &ay);
        input_point(in, ax, ay);
    } else {
        input_move(in, x - v->x, y - v->y);
    }
    v->x = x;
    v->y = y;
}

static void on_pointer(int mask, int x, int y, rfbClientPtr client) {
    static const uint16_t codes[] = {BTN_LEFT, BTN_MIDDLE, BTN_RIGHT};
    Vnc *v = client->screen->screenData;
    Input *in = &v->machine->input;
    unsigned buttons = (unsigned)mask, pressed = buttons & ~v->buttons;
    if (x != v->x || y != v->y || pressed) move_to(v, x, y);
    for (unsigned i = 0; i < 3; i++)
        if ((buttons ^ v->buttons) >> i & 1) input_button(in, codes[i], buttons >> i & 1);
    if (pressed & 0x08) input_wheel(in, -1, 0);
    if (pressed & 0x10) input_wheel(in, 1, 0);
    if (pressed & 0x20) input_wheel(in, 0, -1);
    if (pressed & 0x40) input_wheel(in, 0, 1);
    v->buttons = buttons;
}

static void on_cut(char *text, int n, rfbClientPtr client) {
    Vnc *v = client->screen->screenData;
    size_t size;
    if (n <= 0) return;
    char *utf8 = utf8_from_latin1(text, (size_t)n, &size);
    clipboard_offer(&v->machine->clipboard, &v->clipboard, utf8, size);
    free(utf8);
}

static void on_cut_utf8(char *text, int n, rfbClientPtr client) {
    Vnc *v = client->screen->screenData;
    if (n > 0) clipboard_offer(&v->machine->clipboard, &v->clipboard, text, (size_t)n);
}

static void on_copied(void *opaque) {
    atomic_store(&((Vnc *)opaque)->copied, true);
    wake(opaque);
}

static bool all_take_utf8(Vnc *v) {
    bool all = true;
    rfbClientIteratorPtr it = vnc.GetClientIterator(v->rfb);
    for (rfbClientPtr c; (c = vnc.ClientIteratorNext(it));) all &= c->enableExtendedClipboard != 0;
    vnc.ReleaseClientIterator(it);
    return all;
}

// libvncserver 0.9.14 tells clients without the extended clipboard the length of the UTF-8 text and sends the other one: it may
// be asked for both only where they are as long.
static void send_cut(Vnc *v) {
    size_t size, nlatin1;
    char *text = atomic_exchange(&v->copied, false) ? clipboard_text(&v->machine->clipboard, &size) : NULL;
    if (!text) return;
    char *latin1 = latin1_from_utf8(text, size, &nlatin1);
    if (nlatin1 == size || all_take_utf8(v))
        vnc.SendServerCutTextUTF8(v->rfb, text, (int)size, latin1, (int)nlatin1);
    else
        vnc.SendServerCutText(v->rfb, latin1, (int)nlatin1);
    free(latin1);
    free(text);
}

static void on_gone(rfbClientPtr client) {
    Vnc *v = client->screen->screenData;
    input_release_all(&v->machine->input);
    v->buttons = 0;
}

static enum rfbNewClientAction on_client(rfbClientPtr client) {
    client->clientGoneHook = on_gone;
    return RFB_CLIENT_ACCEPT;
}

static int on_size(int width, int height, int screens, struct rfbExtDesktopScreen *list,
                   rfbClientPtr client) {
    Vnc *v = client->screen->screenData;
    if (width < 16 || height < 16 || width > SCREEN_LARGEST || height > SCREEN_LARGEST)
        return rfbExtDesktopSize_InvalidScreenLayout;
    screen_request_mode(v->machine->screen, v->head, (uint32_t)width, (uint32_t)height);
    return rfbExtDesktopSize_ResizeProhibited; // the guest decides; a change of size follows if it agrees
}

// ---- the thread

static unsigned collect(Vnc *v, struct pollfd *fds) {
    unsigned n = 0;
    fds[n++] = (struct pollfd){.fd = v->wake_fd, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = v->listen_fd, .events = POLLIN};
    rfbClientIteratorPtr it = vnc.GetClientIterator(v->rfb);
    for (rfbClientPtr c; n < CLIENTS + 2 && (c = vnc.ClientIteratorNext(it));)
        fds[n++] = (struct pollfd){.fd = c->sock, .events = POLLIN};
    vnc.ReleaseClientIterator(it);
    if (n == CLIENTS + 2) fds[1].events = 0; // no more for now
    return n;
}

static void *serve(void *opaque) {
    Vnc *v = opaque;
    struct pollfd fds[CLIENTS + 2];
    while (!atomic_load(&v->stop)) {
        uint64_t count;
        unsigned n = collect(v, fds);
        if (poll(fds, n, -1) < 0 && errno != EINTR) break;
        if (fds[0].revents && read(v->wake_fd, &count, sizeof(count)) < 0) break;
        if (fds[1].revents) {
            int fd = accept(v->listen_fd, NULL, NULL);
            if (fd >= 0) vnc.NewClient(v->rfb, fd); // takes the descriptor, also when it refuses
        }
        update(v);
        send_cut(v);
        vnc.ProcessEvents(v->rfb, 0);
        if (fds[0].revents) usleep(TICK_MS * 1000); // what changes meanwhile goes with the next update
    }
    return NULL;
}

static bool read_password(Vnc *v, const char *path, char *error, size_t error_size) {
    if (!path) return true;
    FILE *f = fopen(path, "r");
    bool ok = f && fgets(v->password, 9, f); // VNC's passwords have eight characters (RFC 6143, 7.2.2)
    if (f) fclose(f);
    v->password[strcspn(v->password, "\r\n")] = 0;
    if (!ok || !*v->password)
        return FAIL("-vnc password-file=%s: %s", path, ok ? "its first line is empty" : strerror(errno));
    v->passwords[0] = v->password;
    return true;
}

static bool make_server(Vnc *v) {
    static char name[] = "Myna";
    int argc = 1;
    char *argv[] = {name, NULL};
    vnc.LogEnable(0);
    v->width = FIRST_WIDTH;
    v->height = FIRST_HEIGHT;
    v->frame = calloc((size_t)v->width * v->height, 4);
    v->rfb = vnc.GetScreen(&argc, argv, (int)v->width, (int)v->height, 8, 3, 4);
    if (!v->rfb) return false;
    v->rfb->frameBuffer = (char *)v->frame;
    set_format(v);
    v->rfb->desktopName = v->machine->spec->name ? v->machine->spec->name : name;
    v->rfb->screenData = v;
    v->rfb->alwaysShared = TRUE;
    v->rfb->deferUpdateTime = 0;
    v->rfb->maxClientWait = WAIT_MS;
    v->rfb->handleEventsEagerly = TRUE;
    v->rfb->kbdAddEvent = on_key;
    v->rfb->ptrAddEvent = on_pointer;
    v->rfb->setXCutText = on_cut;
    v->rfb->setXCutTextUTF8 = on_cut_utf8;
    v->rfb->displayHook = on_display;
    v->rfb->newClientHook = on_client;
    v->rfb->setDesktopSizeHook = on_size;
    if (v->passwords[0]) {
        v->rfb->authPasswdData = v->passwords;
        v->rfb->passwordCheck = vnc.CheckPasswordByList;
    }
    return true;
}

Vnc *vnc_open(Machine *m, const VncSpec *spec, char *error, size_t error_size) {
    if (!vnc_load(error, error_size)) return NULL;
    if (spec->head >= screen_heads(m->screen)) {
        snprintf(error, error_size,
                 "-vnc: the machine has no display device to show (-device virtio-gpu-device)");
        return NULL;
    }
    Vnc *v = calloc(1, sizeof(*v));
    v->machine = m;
    v->head = spec->head;
    v->listen_fd = -1;
    v->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool ok = read_password(v, spec->password_file, error, error_size) &&
              vnc_listen(spec->address, v->passwords[0], &v->path, &v->listen_fd, error, error_size) &&
              (make_server(v) || FAIL("libvncserver does not start"));
    if (!ok) return vnc_close(v), NULL;
    v->client.opaque = v;
    v->client.wake = wake;
    screen_attach(m->screen, &v->client);
    v->clipboard = (ClipboardPeer){.opaque = v, .changed = on_copied};
    clipboard_join(&m->clipboard, &v->clipboard);
    v->started = !pthread_create(&v->thread, NULL, serve, v);
    wake(v);
    return v;
}

void vnc_close(Vnc *v) {
    if (v->client.wake) screen_detach(v->machine->screen, &v->client);
    if (v->clipboard.changed) clipboard_leave(&v->machine->clipboard, &v->clipboard);
    atomic_store(&v->stop, true);
    wake(v);
    if (v->started) pthread_join(v->thread, NULL);
    if (v->rfb) {
        vnc.ShutdownServer(v->rfb, TRUE);
        vnc.ScreenCleanup(v->rfb);
    }
    if (v->listen_fd >= 0) close(v->listen_fd);
    if (v->path) unlink(v->path);
    close(v->wake_fd);
    free(v->frame);
    free(v->path);
    free(v);
}
#else
Vnc *vnc_open(Machine *m, const VncSpec *spec, char *error, size_t error_size) {
    vnc_load(error, error_size);
    return NULL;
}
void vnc_close(Vnc *v) {}
#endif
