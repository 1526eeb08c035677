// SPDX-License-Identifier: MIT
// A machine: memory, clock, engine, CPUs, devices and the loop that serves them. MachineSpec is the plain
// text of what the user asked for; a Board turns it into a Machine. Reset, power-off, pause and resume run on
// the loop's thread.
#pragma once
#include "cpu/cpu.h"
#include "hw/core/device.h"
#include "hw/core/loop.h"
#include "hw/core/typist.h"
#include "hw/host/audio.h"
#include "hw/host/clipboard.h"
#include "hw/host/disk.h"
#include "hw/host/input.h"
#include "hw/host/net.h"
#include "hw/host/screen.h"
#include "hw/host/serial.h"

enum { SPEC_LIST = 64 };
typedef struct SpecList { // texts as the user wrote them, in order
    char *item[SPEC_LIST];
    unsigned n;
} SpecList;
bool spec_add(SpecList *l, const char *text); // copies; false: full
char *spec_value(const char *list, const char *key); // of "k=v,k2=v2", malloc'd; NULL: not there, "on": bare

// All strings are owned by the spec (or NULL: not said). Numbers of 0: the board's default.
typedef struct MachineSpec {
    char *target;        // "riscv64", "riscv32"
    char *machine;       // -M name, without properties
    char *machine_props; // "k=v,k2=v2"
    char *cpu;           // -cpu text, model and properties
    unsigned smp;
    uint64_t ram_size; // bytes
    char *kernel, *initrd, *append, *bios, *dtb;
    char *dumpdtb; // write the tree here and exit
    char *name;    // -name
    // -serial, in order: a chardev spec ("stdio", "mon:stdio", "chardev:ID", "none", ...)
    SpecList serials;
    SpecList chardevs;  // -chardev
    SpecList drives;    // -drive
    SpecList blockdevs; // -blockdev
    SpecList netdevs;   // -netdev, -nic
    SpecList devices;   // -device "driver,key=value,..."
    SpecList globals;   // -global "driver.key=value"
    SpecList objects;   // -object
    SpecList fw_cfg;    // -fw_cfg
    char *rtc, *boot;   // -rtc, -boot
    bool no_reboot;     // a reset by the guest ends the machine
    bool no_shutdown;   // power-off pauses instead
    bool snapshot;      // disks are not written
    bool paused;        // -S
    bool semihosting, semihosting_userspace;
    char *semihosting_chardev; // id of its console
    SpecList semihosting_args; // its command line
    bool nodefaults;
    EngineOptions engine; // -accel
    bool single_thread;   // CPUs take turns
} MachineSpec;
void spec_free(MachineSpec *s); // its strings and lists, not itself

// A back end by name: what PROP_SERIAL, PROP_DISK and PROP_NET look up. ui fills it before the board is
// built.
typedef struct BackEnds {
    struct {
        char *id;
        void *end;
        PropKind kind;
    } * list;
    unsigned n;
} BackEnds;

typedef struct Board {
    const char *name, *title;
    const char *const *targets; // NULL-terminated: "riscv64", ...
    const char *default_cpu;
    unsigned max_cpus;
    uint64_t default_ram;
    const char *const *props; // its own -M properties, NULL-terminated, "name=on|off: help"
    // Makes CPUs and devices on an empty machine (mem, clock, loop are there).
    bool (*build)(Machine *m, char *error, size_t error_size);
    // At start and at each reset, after the devices were reset: reads the images, puts them and the device
    // tree into memory, resets the CPUs to their entry points.
    bool (*load)(Machine *m, char *error, size_t error_size);
    // Plugs one -device whose bus the board has; NULL: none.
    bool (*plug)(Machine *m, const DeviceType *type, const char *props, char *error, size_t error_size);
    void (*powerdown)(Machine *m); // somebody presses the power button (any thread); NULL: there is none
} Board;

extern const Board *const boards[]; // hw/board/boards.c, NULL-terminated
// near match in error
const Board *board_find(const char *target, const char *name, char *error, size_t error_size);

typedef enum MachineState { MACHINE_PAUSED, MACHINE_RUNNING, MACHINE_OFF } MachineState;

struct Machine {
    const Board *board;
    const MachineSpec *spec; // the caller's; lives as long as the machine
    Mem *mem;
    Clock *clock;
    Loop *loop;
    Engine *engine;
    Cpu **cpus;
    unsigned ncpus;
    CpuTurn *turn; // NULL: all CPUs run at once
    uint64_t ram_base, ram_size;
    Device *devices;
    BackEnds ends;
    uint64_t free_base, free_end; // the largest part of RAM that no boot image lies in
    struct Semihost *semihost;    // NULL: none
    Screen *screen; // what display devices show
    Input input;    // what keyboards and pointers of the board hear
    Typist *typist; // on them, for sendkey
    Audio audio;
    Clipboard clipboard;
    uint32_t phandles;      // used so far
    uint32_t *cpu_phandles; // of each CPU's own interrupt controller; freed with the machine
    void *dtb;              // the device tree as last loaded, for dumpdtb
    size_t dtb_size;
    void *board_state; // the board's own; freed by it
    void (*board_free)(Machine *m);
    Serial *serials[8]; // -serial 0..7 as the ui opened them; NULL: nothing plugged in
    // state
    Lock lock;
    pthread_cond_t off;
    MachineState state;
    _Atomic int exit_code;
    _Atomic bool killed;
    // loop's thread, after each change (gdb, monitor); may be NULL
    void (*on_state)(void *opaque, Machine *m);
    void *on_state_opaque;
};

Machine *machine_new(const MachineSpec *spec, const Board *board);          // empty: mem, clock, loop
// The back end belongs to the machine from then on: machine_free closes it. False: the id is taken.
bool machine_add_end(Machine *m, PropKind kind, const char *id, void *end);
void *machine_end(Machine *m, PropKind kind, const char *id);               // NULL: none
// board->build, -device, first reset
bool machine_build(Machine *m, char *error, size_t error_size);
void machine_start(Machine *m); // loop and CPU threads; runs unless spec->paused
int machine_wait(Machine *m);   // until it is off; its exit code
void machine_free(Machine *m);

// Any thread, also a device under its lock: asked for, done soon on the loop. Pause and resume are for those
// who hold no lock: called on the loop they are done at once.
void machine_reset(Machine *m);
void machine_off(Machine *m, int exit_code);  // the guest ended it; -no-shutdown only pauses
void machine_kill(Machine *m, int exit_code); // the user did
void machine_pause(Machine *m);
void machine_resume(Machine *m);
bool machine_running(Machine *m);
// Applies -global to a device before it is plugged.
// A property of the board itself (-M): its text, malloc'd; NULL: not said.
char *machine_prop(const Machine *m, const char *key);
bool machine_prop_bool(const Machine *m, const char *key, bool preset, bool *value, char *error, size_t error_size);
bool machine_globals(Machine *m, Device *d, char *error, size_t error_size);

// Device types by name, for -device and `-device help` (hw/board/boards.c). NULL-terminated.
extern const DeviceType *const device_types[];
const DeviceType *device_type_find(const char *name, char *error, size_t error_size);
