// SPDX-License-Identifier: MIT
// The desktop's clipboard and the machine's. SDL knows the first on the main thread only, so a text from the guest waits
// until that thread is awake. What we put there comes back as news from SDL; the machine's clipboard knows it already.
#include <stdlib.h>
#include <string.h>
#include "ui/sdl/api.h"
#ifdef HAVE_SDL2
#include "ui/sdl/impl.h"

static void changed(void *opaque) {
    Windows *w = opaque;
    atomic_store(&w->copied, true);
    windows_wake(w);
}

void windows_join_clipboard(Windows *w) {
    w->clipboard = (ClipboardPeer){.opaque = w, .changed = changed};
    clipboard_join(&w->machine->clipboard, &w->clipboard);
    windows_offer_clipboard(w);
}

void windows_offer_clipboard(Windows *w) {
    char *text = sdl.HasClipboardText() ? sdl.GetClipboardText() : NULL;
    if (text) clipboard_offer(&w->machine->clipboard, &w->clipboard, text, strlen(text));
    sdl.free(text);
}

void windows_take_clipboard(Windows *w) {
    size_t size;
    char *text = atomic_exchange(&w->copied, false) ? clipboard_text(&w->machine->clipboard, &size) : NULL;
    if (text) sdl.SetClipboardText(text);
    free(text);
}
#endif
