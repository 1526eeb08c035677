// SPDX-License-Identifier: MIT
// Finds SDL2's functions. See api.h.
#include "ui/sdl/api.h"
#include <dlfcn.h>
#include <stdlib.h>
#include "tcg/base/fail.h"

#ifdef HAVE_SDL2
SdlApi sdl;

bool sdl_load(char *error, size_t error_size) {
    static const char *const names[] = {
#define SDL_NAME(name) "SDL_" #name,
        SDL_CALLS(SDL_NAME)};
    static bool loaded;
    void **to = (void **)&sdl;
    if (loaded) return true;
    void *library = dlopen("libSDL2-2.0.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) return FAIL("SDL2 cannot be loaded (%s): install libsdl2-2.0-0", dlerror());
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!(to[i] = dlsym(library, names[i])))
            return FAIL("the installed SDL2 has no %s: version 2.0.18 or newer is needed", names[i]);
    return loaded = true;
}
#else
bool sdl_load(char *error, size_t error_size) {
    return FAIL("this Myna was built without SDL2 (libsdl2-dev): there is no window");
}
#endif
