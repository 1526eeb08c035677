// SPDX-License-Identifier: MIT
// The clipboard that the guest, the window and the VNC clients share: one text of UTF-8. Whoever has a new one offers it;
// the others are told and fetch it when they like. Peers join before the machine runs or on their own threads.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "tcg/base/lock.h"

enum { CLIPBOARD_MOST = 1 << 20 }; // bytes of a text

typedef struct ClipboardPeer {
    void *opaque;
    void (*changed)(void *opaque); // any thread, locks held: only wakes somebody up
    struct ClipboardPeer *next;
} ClipboardPeer;

typedef struct Clipboard {
    Lock lock;
    ClipboardPeer *peers;
    char *text; // NULL: nothing was offered yet
    size_t size;
} Clipboard;

void clipboard_init(Clipboard *c);
void clipboard_destroy(Clipboard *c);
void clipboard_join(Clipboard *c, ClipboardPeer *p);
void clipboard_leave(Clipboard *c, ClipboardPeer *p); // on return it is told nothing more
// Any thread. A text that is too long, no UTF-8 or what is there already changes nothing; it ends at a zero byte.
void clipboard_offer(Clipboard *c, ClipboardPeer *from, const char *text, size_t size);
char *clipboard_text(Clipboard *c, size_t *size); // a copy with a zero behind it, or NULL; free() it

// hw/host/clipboard/vdagent.c: the far end of a port "com.redhat.spice.0", which the guest's spice-vdagent opens.
// clipboard: it is joined to it, if not NULL. The agent hears of the sizes that users wish of the screen, which it then sets: X servers
// do not follow their displays by themselves. `close` of the Serial frees it.
typedef struct Serial Serial;
typedef struct Loop Loop;
typedef struct Screen Screen;
Serial *vdagent_open(const char *id, Clipboard *clipboard, Screen *screen, Loop *loop);
