// SPDX-License-Identifier: MIT
// See clipboard.h. Texts come from guests and network clients: they are measured and checked here, once, before anybody
// else sees them.
#include "hw/host/clipboard.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void clipboard_init(Clipboard *c) { lock_init(&c->lock, LOCK_BACKEND, "clipboard"); }

void clipboard_destroy(Clipboard *c) {
    free(c->text);
    lock_destroy(&c->lock);
}

void clipboard_join(Clipboard *c, ClipboardPeer *p) {
    lock_take(&c->lock);
    p->next = c->peers;
    c->peers = p;
    lock_drop(&c->lock);
}

void clipboard_leave(Clipboard *c, ClipboardPeer *p) {
    lock_take(&c->lock);
    for (ClipboardPeer **at = &c->peers; *at; at = &(*at)->next)
        if (*at == p) {
            *at = p->next;
            break;
        }
    lock_drop(&c->lock);
}

// Bytes of the sequence at the front of s, 0: there is none (RFC 3629, section 4).
static size_t sequence(const uint8_t *s, size_t n) {
    uint8_t first = s[0];
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length > n) return 0;
    for (size_t i = 1; i < length; i++)
        if (s[i] >> 6 != 2) return 0;
    bool bad = (first == 0xe0 && s[1] < 0xa0) || (first == 0xed && s[1] > 0x9f) || (first == 0xf0 && s[1] < 0x90) ||
               (first == 0xf4 && s[1] > 0x8f);
    return bad ? 0 : length;
}

static bool is_utf8(const char *text, size_t n) {
    const uint8_t *s = (const uint8_t *)text;
    for (size_t i = 0, length; i < n; i += length)
        if (!(length = sequence(s + i, n - i))) return false;
    return true;
}

void clipboard_offer(Clipboard *c, ClipboardPeer *from, const char *text, size_t size) {
    size = strnlen(text, size);
    if (!size || size > CLIPBOARD_MOST || !is_utf8(text, size)) return;
    char *copy = malloc(size + 1);
    memcpy(copy, text, size);
    copy[size] = 0;
    lock_take(&c->lock);
    if (c->text && c->size == size && !memcmp(c->text, copy, size)) {
        free(copy);
    } else {
        free(c->text);
        c->text = copy;
        c->size = size;
        for (ClipboardPeer *p = c->peers; p; p = p->next)
            if (p != from) p->changed(p->opaque);
    }
    lock_drop(&c->lock);
}

char *clipboard_text(Clipboard *c, size_t *size) {
    lock_take(&c->lock);
    char *copy = c->text ? malloc(c->size + 1) : NULL;
    if (copy) memcpy(copy, c->text, c->size + 1);
    *size = copy ? c->size : 0;
    lock_drop(&c->lock);
    return copy;
}
