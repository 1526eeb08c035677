// SPDX-License-Identifier: MIT
// libvncserver, loaded when -vnc is given: `vnc.ProcessEvents(...)` is rfbProcessEvents.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#ifdef HAVE_VNCSERVER
#include <rfb/rfb.h>

#define VNC_CALLS(X)                                                                                         \
    X(GetScreen)                                                                                             \
    X(NewClient) X(ProcessEvents) X(ShutdownServer) X(ScreenCleanup) X(MarkRectAsModified) X(NewFramebuffer) \
        X(SetCursor) X(SendServerCutText) X(SendServerCutTextUTF8) X(CheckPasswordByList) X(GetClientIterator) X(ClientIteratorNext)  \
            X(ReleaseClientIterator) X(LogEnable)
#define VNC_MEMBER(name) __typeof__(rfb##name) *name;
typedef struct VncApi {
    VNC_CALLS(VNC_MEMBER)
} VncApi;
extern VncApi vnc;
#endif

bool vnc_load(char *error, size_t error_size);
