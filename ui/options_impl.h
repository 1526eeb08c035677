// SPDX-License-Identifier: MIT
// Between the table of options (options.c) and the functions that take the harder ones.
#pragma once
#include "tcg/base/fail.h"
#include "ui/keyval.h"
#include "ui/options.h"

typedef bool OptionFn(Options *o, const char *value, char *error, size_t error_size);
// options_machine.c: the machine itself
OptionFn option_machine, option_memory, option_smp, option_cpu, option_accel, option_kvm, option_rtc,
    option_name, option_fw_cfg, option_semihosting;
// options_device.c: what is plugged into it
OptionFn option_device, option_global, option_object, option_drive, option_pflash, option_blockdev;
bool device_is(const char *device, const char *driver); // is it the driver of "driver,key=value"?
// options_port.c: virtconsole and virtserialport
bool device_add_port(Options *o, KeyVals *port, char *error, size_t error_size);
// options_host.c: what it is connected to, and how we talk to it
OptionFn option_nographic, option_serial, option_chardev, option_monitor, option_mon,
    option_gdb_default, option_log, option_netdev, option_nic, option_net, option_version, option_help;

// options_display.c: what shows it
OptionFn option_display, option_vnc, option_full_screen, option_audiodev;

// After the last option, in this order.
OptionFn finish_machine, finish_devices, finish_host;

// One of the board's own, as -M key=value.
void machine_property(Options *o, const char *key, const char *value);
extern const KeyRow machine_keys[]; // of -M, for every board
void text_set(char **to, const char *text); // frees what was there
bool list_add(SpecList *l, const char *what, const char *text, char *error, size_t error_size);
// Parses, checks and adds the normal form to the list.
bool list_add_checked(SpecList *l, const char *what, const char *text, const char *first, const KeyRow *rows,
                      char *error, size_t error_size);
