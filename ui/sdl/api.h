// SPDX-License-Identifier: MIT
// SDL2, loaded when a window is wanted: `sdl.CreateWindow(...)` is SDL_CreateWindow. Linked, it and the fifty
// libraries it brings would be loaded at every start.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#ifdef HAVE_SDL2
#include <SDL.h>

// clang-format off
#define SDL_CALLS(X)                                                                                         \
    X(Init) X(GetError) X(SetHint) X(CreateWindow) X(HideWindow) X(GetWindowID) X(SetWindowTitle)            \
    X(SetWindowSize) X(GetWindowSize) X(SetWindowFullscreen) X(GetWindowFlags) X(SetWindowKeyboardGrab)      \
    X(SetWindowMinimumSize) X(GetDisplayUsableBounds) X(GetWindowDisplayIndex) X(CreateRenderer)             \
    X(DestroyRenderer) X(GetRendererInfo) X(GL_GetProcAddress) X(GetRendererOutputSize) X(SetRenderDrawColor) X(RenderClear)      \
    X(RenderCopy) X(RenderPresent) X(CreateTexture) X(DestroyTexture) X(UpdateTexture)                       \
    X(SetTextureBlendMode) X(SetTextureScaleMode) X(CreateRGBSurfaceFrom) X(FreeSurface)                     \
    X(CreateColorCursor) X(SetCursor) X(FreeCursor) X(GetDefaultCursor) X(ShowCursor)                        \
    X(SetRelativeMouseMode) X(WaitEventTimeout) X(WaitEvent) X(PollEvent) X(PushEvent) X(RegisterEvents)     \
    X(GetTicks64) X(StartTextInput) X(StopTextInput) X(EnableScreenSaver) X(OpenAudioDevice) X(CloseAudioDevice)               \
    X(PauseAudioDevice) X(QueueAudio) X(DequeueAudio) X(GetQueuedAudioSize) X(SetClipboardText) X(GetClipboardText)              \
    X(HasClipboardText) X(free)
// clang-format on

#define SDL_MEMBER(name) __typeof__(SDL_##name) *name;
typedef struct SdlApi {
    SDL_CALLS(SDL_MEMBER)
} SdlApi;
extern SdlApi sdl;
#endif

// False with cause and fix. Main thread; the second call does nothing.
bool sdl_load(char *error, size_t error_size);
