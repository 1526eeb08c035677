// SPDX-License-Identifier: MIT
// `info WHAT`: reads, changes nothing. What belongs to a CPU is printed on that CPU's thread, so the machine
// need not be stopped.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/host/net/user.h"
#include "hw/pci/host.h"
#include "ui/monitor_impl.h"

static void info_version(Command *c, const char *arguments) { fprintf(c->to, "Myna " MYNA_VERSION "\n"); }
static void info_name(Command *c, const char *arguments) {
    fprintf(c->to, "%s\n", c->machine->spec->name ? c->machine->spec->name : "");
}

static void info_status(Command *c, const char *arguments) {
    static const char *const names[] = {
        [MACHINE_PAUSED] = "paused", [MACHINE_RUNNING] = "running", [MACHINE_OFF] = "shutdown"};
    fprintf(c->to, "VM status: %s\n", names[c->machine->state]);
}

// ---- CPUs

static void print_registers(Cpu *cpu, void *arg) {
    Command *c = arg;
    fprintf(c->to, "CPU#%u\n", cpu->index);
    cpu->type->print(cpu, c->to);
}

static void info_registers(Command *c, const char *arguments) {
    bool all = !strcmp(arguments, "-a");
    for (unsigned i = 0; i < c->machine->ncpus; i++)
        if (all || i == c->cpu) monitor_on_cpu(c->machine->cpus[i], print_registers, c);
}

static void print_where(Cpu *cpu, void *arg) {
    Command *c = arg;
    fprintf(c->to, "%c CPU #%u: ", cpu->index == c->cpu ? '*' : ' ', cpu->index);
    if (cpu->type->where) cpu->type->where(cpu, c->to);
    fprintf(c->to, "%s\n", atomic_load(&cpu->asleep) ? " (halted)" : "");
}

static void info_cpus(Command *c, const char *arguments) {
    for (unsigned i = 0; i < c->machine->ncpus; i++) monitor_on_cpu(c->machine->cpus[i], print_where, c);
}

static void print_mappings(Cpu *cpu, void *arg) { cpu->type->print_mappings(cpu, ((Command *)arg)->to); }

static void info_mem(Command *c, const char *arguments) {
    if (monitor_cpu(c)->type->print_mappings)
        monitor_on_cpu(monitor_cpu(c), print_mappings, c);
    else
        fprintf(c->to, "these CPUs have no page tables\n");
}

static void info_jit(Command *c, const char *arguments) {
    char *text = engine_info(c->machine->engine);
    fputs(text, c->to);
    free(text);
}

// ---- memory and devices

static void info_mtree(Command *c, const char *arguments) {
    enum { MOST = 512 };
    MemRegion *r = calloc(MOST, sizeof(*r));
    unsigned n = mem_regions(c->machine->mem, r, MOST);
    fprintf(c->to, "address-space: memory\n");
    for (unsigned i = 0; i < n && i < MOST; i++)
        fprintf(c->to, "  %016" PRIx64 "-%016" PRIx64 " (%s): %s\n", r[i].base, r[i].base + (r[i].size - 1),
                !r[i].ram        ? "i/o"
                : r[i].read_only ? "rom"
                                 : "ram",
                r[i].name);
    free(r);
}

static void info_qtree(Command *c, const char *arguments) {
    for (Device *d = c->machine->devices; d; d = d->next) {
        fprintf(c->to, "dev: %s, id \"%s\"", d->type->name, d->id);
        if (d->base != UINT64_MAX) fprintf(c->to, ", at 0x%" PRIx64, d->base);
        fprintf(c->to, "\n");
        lock_take(&d->lock);
        const DeviceBus *bus = d->type->bus;
        if (!strcmp(arguments, "-s") && d->type->fields) fields_print(d->type->fields, d->state, c->to);
        if (!strcmp(arguments, "-s") && bus && bus->fields) fields_print(bus->fields, d->bus_state, c->to);
        lock_drop(&d->lock);
    }
}

static void print_bar(FILE *to, Device *d, unsigned i) {
    static const char *const kinds[] = {
        [PCI_BAR_IO] = "I/O", [PCI_BAR_MEMORY] = "32 bit memory", [PCI_BAR_MEMORY64] = "64 bit prefetchable memory"};
    const PciBar *b = &pci_of(d)->bar[i];
    if (!b->kind) return;
    uint64_t at = pci_bar_address(d, i);
    fprintf(to, "      BAR%u: %s at 0x%016" PRIx64 " [0x%" PRIx64 "]%s.\n", i, kinds[b->kind], at, at == PCI_UNMAPPED ? at : at + (b->size - 1),
            at != PCI_UNMAPPED && b->mapped == PCI_UNMAPPED ? ", not mapped there" : "");
}

static void print_function(Device *d, unsigned bus, void *arg) {
    FILE *to = ((Command *)arg)->to;
    const Pci *p = pci_of(d);
    const uint8_t *c = p->fixed;
    lock_take(&d->lock);
    fprintf(to, "  Bus %2u, device %3u, function %u:\n", bus, p->devfn >> 3, p->devfn & 7);
    fprintf(to, "    %s: PCI device %02x%02x:%02x%02x, class %02x%02x\n", d->type->title, c[1], c[0], c[3], c[2], c[0xb], c[0xa]);
    if (p->below) fprintf(to, "      BUS %u, secondary %u, subordinate %u\n", p->regs.primary, p->regs.secondary, p->regs.subordinate);
    if (c[0x3d]) fprintf(to, "      IRQ %u, pin %c\n", p->regs.interrupt_line, 'A' + c[0x3d] - 1);
    for (unsigned i = 0; i < PCI_BARS; i++) print_bar(to, d, i);
    fprintf(to, "      id \"%s\"\n", d->id);
    lock_drop(&d->lock);
}

static void info_pci(Command *c, const char *arguments) {
    Device *host = c->machine->devices;
    while (host && host->type != &pci_host_type && host->type != &pci_host_small_type) host = host->next;
    if (host) pci_host_each(host, print_function, c);
    else fprintf(c->to, "No PCI buses\n");
}

// ---- the world outside

static void info_block(Command *c, const char *arguments) {
    const BackEnds *ends = &c->machine->ends;
    for (unsigned i = 0; i < ends->n; i++) {
        if (ends->list[i].kind != PROP_DISK) continue;
        Disk *d = ends->list[i].end;
        DiskStats s = disk_stats(d);
        fprintf(c->to, "%s: %s (raw%s), %" PRIu64 " MiB\n", ends->list[i].id, disk_file(d),
                disk_read_only(d) ? ", read-only" : "", disk_size(d) >> 20);
        fprintf(c->to,
                "    rd_bytes=%" PRIu64 " wr_bytes=%" PRIu64 " rd_operations=%" PRIu64
                " wr_operations=%" PRIu64 " flush_operations=%" PRIu64 " unmap_operations=%" PRIu64
                " failed=%" PRIu64 "\n",
                s.read_bytes, s.write_bytes, s.reads, s.writes, s.flushes, s.discards, s.errors);
    }
}

static void info_network(Command *c, const char *arguments) {
    const BackEnds *ends = &c->machine->ends;
    char text[100];
    for (unsigned i = 0; i < ends->n; i++) {
        if (ends->list[i].kind != PROP_NET) continue;
        fprintf(c->to, "%s: user networking\n", ends->list[i].id);
        Forward f;
        for (unsigned k = 0; net_user_forwarded(ends->list[i].end, k, &f); k++) {
            forward_print(&f, text, sizeof(text));
            fprintf(c->to, "    %s\n", text);
        }
    }
}

static void info_usernet(Command *c, const char *arguments) {
    const BackEnds *ends = &c->machine->ends;
    for (unsigned i = 0; i < ends->n; i++)
        if (ends->list[i].kind == PROP_NET) net_user_info(ends->list[i].end, c->to);
}

static void info_chardev(Command *c, const char *arguments) {
    const BackEnds *ends = &c->machine->ends;
    for (unsigned i = 0; i < ends->n; i++) {
        if (ends->list[i].kind != PROP_SERIAL) continue;
        const char *where = serial_where(ends->list[i].end);
        fprintf(c->to, "%s: filename=%s\n", ends->list[i].id, where ? where : "?");
    }
}

static CommandFn info_help;
const CommandRow monitor_infos[] = {
    {"block", NULL, "", info_block, "disks and what was read and written"},
    {"chardev", NULL, "", info_chardev, "byte streams"},
    {"cpus", NULL, "", info_cpus, "where each CPU stands"},
    {"help", NULL, "", info_help, "this list"},
    {"jit", NULL, "", info_jit, "the translator: code cache, counts, time"},
    {"mem", NULL, "", info_mem, "what the page tables map"},
    {"mtree", NULL, "", info_mtree, "what is where in physical memory"},
    {"name", NULL, "", info_name, "the name given with -name"},
    {"network", NULL, "", info_network, "networks and forwarded ports"},
    {"pci", NULL, "", info_pci, "PCI functions and where their BARs are"},
    {"qtree", NULL, "[-s]", info_qtree, "devices; -s with their state"},
    {"registers", NULL, "[-a]", info_registers, "of the chosen CPU; -a of all"},
    {"status", NULL, "", info_status, "running or paused"},
    {"usernet", NULL, "", info_usernet, "connections of user networks"},
    {"version", NULL, "", info_version, "Myna's version"},
    {NULL},
};

static void info_help(Command *c, const char *arguments) { monitor_list(c, monitor_infos, "info "); }

void monitor_info(Command *c, const char *arguments) {
    char name[64];
    size_t n = strcspn(arguments, " ");
    snprintf(name, sizeof(name), "%.*s", (int)n, arguments);
    const CommandRow *row = monitor_find(monitor_infos, *name ? name : "help");
    if (row)
        row->run(c, arguments + n + strspn(arguments + n, " "));
    else
        monitor_unknown(c, monitor_infos, "info subject", name);
}
