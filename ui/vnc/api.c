// SPDX-License-Identifier: MIT
// Finds libvncserver's functions. See api.h.
#include "ui/vnc/api.h"
#include <dlfcn.h>
#include "tcg/base/fail.h"

#ifdef HAVE_VNCSERVER
VncApi vnc;

bool vnc_load(char *error, size_t error_size) {
    static const char *const names[] = {
#define VNC_NAME(name) "rfb" #name,
        VNC_CALLS(VNC_NAME)};
    static bool loaded;
    void **to = (void **)&vnc;
    if (loaded) return true;
    void *library = dlopen("libvncserver.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return FAIL("libvncserver cannot be loaded (%s): install libvncserver1", dlerror());
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!(to[i] = dlsym(library, names[i])))
            return FAIL("the installed libvncserver has no %s", names[i]);
    return loaded = true;
}
#else
bool vnc_load(char *error, size_t error_size) {
    return FAIL("this Myna was built without libvncserver (libvncserver-dev): there is no VNC");
}
#endif
