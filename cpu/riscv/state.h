// SPDX-License-Identifier: MIT
// A RISC-V hart: its state, its configuration, and what the parts of cpu/riscv offer each other. Private to
// this folder (boards and tests of the hart alone include it too). "Unprivileged" and "Privileged" are
// volumes I and II of the manual, 2024.
//
// RV32 uses the low 32 bits of x[] only: the upper halves are unspecified, so whoever reads one masks it.
// Addresses and pc are zero-extended. FLEN is 64 when D is on, else 32; f[] holds raw bits, narrower values
// NaN-boxed.
#pragma once
#include <stdatomic.h>
#include "cpu/cpu.h"
#include "cpu/riscv/helper.h"
#include "cpu/riscv/riscv.h"

typedef enum RiscvExt {
#define EXT(name, ...) RV_EXT_##name,
#include "cpu/riscv/ext.def"
#undef EXT
    RV_EXT_COUNT
} RiscvExt;

// What a model and its properties chose; fixed once the hart is reset the first time.
typedef struct RiscvConfig {
    unsigned xlen;            // 32 or 64
    const char *model;
    bool ext[RV_EXT_COUNT];
    bool mmu, pmp;            // properties mmu=, pmp=
    unsigned max_levels;      // page-table levels at most: 3 sv39, 4 sv48, 5 sv57 (RV32: 2, sv32)
    unsigned cbo_block;       // bytes of a cache block (Zicbom, Zicboz): 64
    // made from the above when first asked for (gdb.c)
    CpuReg *regs;
    unsigned nregs;
    char *xml[5];
} RiscvConfig;
static inline bool riscv_has(const RiscvConfig *c, RiscvExt e) { return c->ext[e]; }

typedef enum RiscvPriv { PRIV_U = 0, PRIV_S = 1, PRIV_M = 3 } RiscvPriv;

// The context word (Vcpu.ctx): all that translation depends on beyond the code itself and the configuration.
enum {
    RV_CTX_PRIV = 3,          // mask: RiscvPriv (CSR access, wfi, sfence.vma, ecall's cause)
    RV_CTX_XLEN32 = 1 << 2,   // effective XLEN is 32
    RV_CTX_FS_OFF = 1 << 3,   // mstatus.FS = Off: F/D/Zfh instructions and fflags/frm/fcsr are illegal
    RV_CTX_FS_CLEAN = 1 << 4, // FS is Initial or Clean: whatever writes an f register or a flag calls riscv_fs_dirty first
                              // and ends the block (the context word changes)
    RV_CTX_RM_SOFT = 1 << 5,  // frm = RMM: no host rounding mode; instructions with rm = DYN take the soft path
    RV_CTX_RM_BAD = 1 << 6,   // frm is 5, 6 or 7: instructions with rm = DYN are illegal
    RV_CTX_TVM = 1 << 7,      // S-mode with mstatus.TVM: sfence.vma, sinval.vma are illegal
    RV_CTX_TW = 1 << 8,       // below M with mstatus.TW (or in U-mode): wfi, wrs.nto are illegal
    RV_CTX_TSR = 1 << 9,      // S-mode with mstatus.TSR: sret is illegal
    RV_CTX_COUNT = 1 << 10,   // instructions retired are counted in `instret`
    RV_CTX_TIME = 1 << 11,    // `time` may be read
    RV_CTX_CYCLE = 1 << 12,   // `cycle` may be read, and runs
    // Data accesses need nothing special from the translator: MPRV, SUM and MXR choose another Space
    // (riscv_update_context).
};

// mstatus (Privileged 3.1.6). RV32 splits it in mstatus and mstatush.
#define MSTATUS_SIE  (1ull << 1)
#define MSTATUS_MIE  (1ull << 3)
#define MSTATUS_SPIE (1ull << 5)
#define MSTATUS_MPIE (1ull << 7)
#define MSTATUS_SPP  (1ull << 8)
#define MSTATUS_VS   (3ull << 9)
#define MSTATUS_MPP  (3ull << 11)
#define MSTATUS_FS   (3ull << 13)
#define MSTATUS_MPRV (1ull << 17)
#define MSTATUS_SUM  (1ull << 18)
#define MSTATUS_MXR  (1ull << 19)
#define MSTATUS_TVM  (1ull << 20)
#define MSTATUS_TW   (1ull << 21)
#define MSTATUS_TSR  (1ull << 22)
#define MSTATUS_UXL  (3ull << 32)
#define MSTATUS_SXL  (3ull << 34)
#define RV_SSTATUS_WRITABLE (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR)
#define MSTATUS_FS_SHIFT 13
#define MSTATUS_MPP_SHIFT 11
#define MSTATUS_SPP_SHIFT 8

enum { RV_TICK_NS = 1000000000 / RISCV_TIMEBASE }; // of `time`

// mcountinhibit (3.1.12)
#define COUNTER_CY 1ull
#define COUNTER_TM 2ull // of mcounteren and scounteren alone
#define COUNTER_IR 4ull

// Interrupt numbers: bits of mip, mie, mideleg (3.1.9).
enum { IRQ_SSI = 1, IRQ_MSI = 3, IRQ_STI = 5, IRQ_MTI = 7, IRQ_SEI = 9, IRQ_MEI = 11 };

// menvcfg, senvcfg (3.1.18, 10.1.10)
#define ENVCFG_FIOM  (1ull << 0)
#define ENVCFG_CBIE  (3ull << 4)
#define ENVCFG_CBCFE (1ull << 6)
#define ENVCFG_CBZE  (1ull << 7)
#define ENVCFG_ADUE  (1ull << 61)
#define ENVCFG_PBMTE (1ull << 62)
#define ENVCFG_STCE  (1ull << 63)

// Exception causes (table in 3.1.15).
enum {
    CAUSE_FETCH_MISALIGNED = 0, CAUSE_FETCH_ACCESS = 1, CAUSE_ILLEGAL = 2, CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4, CAUSE_LOAD_ACCESS = 5, CAUSE_STORE_MISALIGNED = 6, CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8, CAUSE_ECALL_S = 9, CAUSE_ECALL_M = 11,
    CAUSE_FETCH_PAGE = 12, CAUSE_LOAD_PAGE = 13, CAUSE_STORE_PAGE = 15,
};
#define RV_RES_NONE UINT64_MAX // res_vaddr: no reservation
#define PMP_ENTRIES 16

// One PMP entry as a closed range of physical addresses, derived from pmpcfg/pmpaddr.
typedef struct PmpRange {
    uint64_t first, last; // last < first: off
} PmpRange;

typedef struct RiscvState {
    uint64_t x[32], f[32];
    // ---- hot
    uint64_t res_vaddr;       // LR/SC: reserved vaddr (RV_RES_NONE: none) and the value LR saw, as zero-extended raw bits;
    uint64_t res_value;       // SC is a compare-and-swap of that value
    uint64_t mstatus;         // SD is derived when read
    uint64_t satp;
    uint8_t priv;             // RiscvPriv
    uint8_t frm;              // fcsr[7:5], all 3 bits kept as written
    uint8_t fflags;           // saved and shown only; the truth is riscv_fflags (CpuType.sync moves it)
    uint8_t hot_pad[1];
    _Atomic uint32_t pins;    // mip bits driven from outside: MSIP MTIP MEIP SEIP STIP, edges on SSIP; any thread
    // ---- CSRs
    uint64_t mip;             // the bits software wrote: SSIP, STIP (without Sstc), SEIP
    uint64_t mie, mideleg, medeleg;
    uint64_t mtvec, mscratch, mepc, mcause, mtval, mcounteren, mcountinhibit, menvcfg;
    uint64_t stvec, sscratch, sepc, scause, stval, scounteren, senvcfg, stimecmp;
    uint64_t cycle_base;      // mcycle = base + ticks (running), or base (inhibited)
    uint64_t instret;         // minstret, exact while `counting`; translated code adds to it (RV_CTX_COUNT)
    uint8_t counting;         // the guest has looked at minstret or written it since reset
    uint8_t counting_pad[7];
    uint64_t pmpaddr[PMP_ENTRIES];
    uint8_t pmpcfg[PMP_ENTRIES];
    uint64_t trap_cause, trap_tval; // of the trap raised but not yet taken

    // ---- host wiring (riscv_refresh derives what is derived)
    uint64_t metered;         // instructions that have retired while the engine counted (tcg/run/meter.h)
    const RiscvConfig *config;
    const struct Decoder *decoder; // of config; riscv_translate makes it when first asked
    Cpu *cpu;
    Mem *mem;
    Clock *clock;
    Timer *stimer;            // stimecmp's deadline (Sstc)
    unsigned hartid;
    PmpRange pmp[PMP_ENTRIES];
    unsigned pmp_active;      // entries [0, pmp_active) may match
    struct RiscvWalks *walks; // page-walk cache (mmu.c)
} RiscvState;

extern const Fields riscv_fields;

// satp (Privileged 10.1.11): mode, ASID and PPN by xlen.
enum { SATP_BARE = 0, SATP_SV32 = 1, SATP_SV39 = 8, SATP_SV48 = 9, SATP_SV57 = 10 };
static inline unsigned satp_mode(const RiscvState *s) { return s->config->xlen == 32 ? s->satp >> 31 & 1 : s->satp >> 60; }
static inline unsigned satp_asid(const RiscvState *s) {
    return s->config->xlen == 32 ? s->satp >> 22 & 0x1ff : s->satp >> 44 & 0xffff;
}
static inline uint64_t satp_ppn(const RiscvState *s) {
    return s->satp & (s->config->xlen == 32 ? 0x3fffff : 0xfffffffffff);
}
// The privilege loads and stores have: MPRV lends M-mode that of MPP (Privileged 3.1.6.3).
static inline unsigned riscv_data_priv(const RiscvState *s) {
    return s->mstatus & MSTATUS_MPRV ? (s->mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT : s->priv;
}
// Which counters may be read: mcounteren shows them to S, scounteren as well to U (Privileged 3.1.11, 10.1.5).
static inline uint64_t riscv_counters_shown(const RiscvState *s) {
    if (!riscv_has(s->config, RV_EXT_zicntr)) return 0;
    return s->priv == PRIV_M ? ~0ull : s->priv == PRIV_S ? s->mcounteren : s->mcounteren & s->scounteren;
}
#define RV_ASID_NONE 0x10000 // vcpu_space's asid where no page table is in use

static inline RiscvState *riscv_state(Vcpu *v) { return vcpu_state(v); }
static inline uint64_t riscv_mask(const RiscvState *s, uint64_t value) {
    return s->config->xlen == 32 ? (uint32_t)value : value;
}

// ---- state.c, config.c, riscv.c
extern const Guest riscv64_guest, riscv32_guest;
extern const char *const riscv_x_names[32], *const riscv_f_names[32];
void riscv_reset(Vcpu *v, uint64_t pc);
// gdb.c: registers as the debugger and the monitor see them.
const CpuReg *riscv_regs(Cpu *c, unsigned *n);
bool riscv_reg_read(Cpu *c, unsigned gdb, uint64_t *value);
bool riscv_reg_write(Cpu *c, unsigned gdb, uint64_t value);
const char *riscv_gdb_xml(Cpu *c, const char *annex);
void riscv_gdb_free(RiscvConfig *config);
void riscv_print(Cpu *c, FILE *to);
// view.c: CpuType.where and CpuType.print_mappings.
void riscv_where(Cpu *c, FILE *to);
unsigned riscv_backtrace(Cpu *c, uint64_t *pcs, unsigned max, const char **mode);
void riscv_print_mappings(Cpu *c, FILE *to);
// Derived state (PMP ranges, Sstc's timer, context word, address space) after reset or load; illegal values
// are made legal first.
void riscv_refresh(Vcpu *v);
// Recomputes the context word and the address space; whatever changes privilege, mstatus, satp or frm calls
// it.
void riscv_update_context(Vcpu *v);
void riscv_config_init(RiscvConfig *c, unsigned xlen);
bool riscv_config_apply(RiscvConfig *c, const char *text, char *error, size_t error_size);
const char *riscv_config_property(unsigned i); // names of what can be on or off; NULL past the last
bool riscv_config_has(const RiscvConfig *c, const char *name);
void riscv_print_properties(Cpu *c, FILE *to);

// ---- translate.c: Guest.translate
void riscv_translate(IrBuild *k, Vcpu *v, const uint8_t *code, const uint8_t *next, unsigned max_insns);

// ---- trap.c: raising and taking traps riscv_raise (helper.def) marks the trap as raised; its caller then
// returns, and translated code leaves to Guest.trap with pc at the instruction (vcpu_pc). mret and sret set
// Vcpu.pc themselves.
void riscv_trap(Vcpu *v);          // Guest.trap
void riscv_retired(Vcpu *v, unsigned n); // Guest.retired
bool riscv_interrupt(Vcpu *v);     // Guest.interrupt
bool riscv_awake(Vcpu *v);         // Guest.awake
uint64_t riscv_mip(const RiscvState *s);                            // software bits and pins
// Asks the run loop to call riscv_interrupt if something is pending and enabled: after whatever may have
// enabled it.
void riscv_irq_check(Vcpu *v);
void riscv_set_pin(Cpu *c, unsigned pin, bool level);
void riscv_stimer_update(RiscvState *s);                            // stimecmp or STCE changed
void riscv_stimer_fired(void *opaque);

// ---- csr.c
// At translation: must EXIT_SYNC follow a write of this CSR? (Reads never need one.)
bool riscv_csr_syncs(unsigned csr, uint32_t ctx);
// At translation: is it one of the views of minstret, which must be exact before an access of it? An access of one while nothing
// counts (no RV_CTX_COUNT) starts it, so EXIT_SYNC follows.
bool riscv_csr_counts(unsigned csr);
// At translation: is the CSR, as this context may read it (and write it), nothing but the field at *slot, of which *mask can be written?
bool riscv_csr_plain(const RiscvConfig *c, unsigned csr, uint32_t ctx, bool write, uint16_t *slot, uint64_t *mask);
void riscv_csr_init(void);
uint64_t riscv_misa(const RiscvConfig *c);
bool riscv_satp_legal(const RiscvConfig *c, uint64_t satp);         // is its mode supported?
// Without privilege checks, for the debugger; false: no such CSR.
bool riscv_csr_debug_read(Vcpu *v, unsigned csr, uint64_t *value);
bool riscv_csr_debug_write(Vcpu *v, unsigned csr, uint64_t value);
const char *riscv_csr_name(unsigned csr);                           // NULL: no such CSR
uint64_t riscv_time(const RiscvState *s);                           // ticks of the 10 MHz timebase
uint8_t riscv_fflags(Vcpu *v);                                      // accrued flags, those still in the host's FPU too

// ---- mmu.c, pmp.c
enum { RISCV_FILL_GAINS = 128 }; // a page becomes dirty: D of its entry
bool riscv_fill(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *out);
unsigned riscv_fill_around(Vcpu *v, uint64_t vaddr, const TlbFill *first, unsigned wanted, TlbFill out[8]);
bool riscv_io_read(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *value);
bool riscv_io_write(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t value);
void riscv_misaligned(Vcpu *v, uint64_t vaddr, Access access);
bool riscv_translate_debug(Vcpu *v, uint64_t vaddr, uint64_t *paddr);
void riscv_pmp_update(RiscvState *s);
// What `priv` may do with [paddr, paddr + size): bits 1 << Access. *whole: the same holds for the whole 4 KiB
// page around it.
unsigned riscv_pmp_rights(const RiscvState *s, uint64_t paddr, unsigned size, unsigned priv, bool *whole);
// Writes of pmpcfg (one entry's byte) and pmpaddr under the lock rules.
void riscv_pmp_set_cfg(RiscvState *s, unsigned entry, uint8_t value);
void riscv_pmp_set_addr(RiscvState *s, unsigned entry, uint64_t value);
struct RiscvWalks *riscv_walks_new(void);
// Forgets cached page-table pointers.
void riscv_walks_flush(RiscvState *s);
