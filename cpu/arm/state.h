// SPDX-License-Identifier: MIT
// An Arm core in AArch64 state: its state, its configuration, and what the parts of cpu/arm offer each other. Private to this folder
// (boards and tests of the core alone include it too). "DDI 0487" is the Arm Architecture Reference Manual for A-profile, issue J.
//
// x[31] is the stack pointer in use; sp_el[] holds the others. The condition flags are kept as the operands of whatever set them last
// (enum ArmFlags): who only compares and branches never makes them. Registers banked by exception level are arrays indexed by it
// (ADR 16); EL3 has its place though nothing enters it yet.
#pragma once
#include <stdatomic.h>
#include "cpu/arm/arm.h"
#include "cpu/arm/helper.h"

typedef enum ArmFeature {
#define FEATURE(name, ...) ARM_##name,
#include "cpu/arm/feature.def"
#undef FEATURE
    ARM_FEATURE_COUNT,
    ARM_el2 = ARM_FEATURE_COUNT, // the board's choice (arm_set_el2), no property
    ARM_GATES
} ArmFeature;

// The read-only identification registers (DDI 0487, D19.2), as a model has them.
typedef struct ArmId {
    uint64_t midr, revidr, ctr, dczid, clidr, ccsidr[3], pmu; // ccsidr: L1 data, L1 instruction, L2 unified; pmu: PMCR_EL0.IDCODE
    uint64_t pfr0, pfr1, dfr0, isar0, isar1, isar2, mmfr0, mmfr1, mmfr2;
} ArmId;

// What a model and its properties chose; fixed once the core is reset the first time.
typedef struct ArmConfig {
    const char *model;
    bool has[ARM_GATES];
    bool qarma5;         // pointers are signed with QARMA5, not with a faster algorithm
    ArmId base, id;      // of the model alone; with what its features add
    uint64_t counter_hz; // of the generic timer
    unsigned ncpus;
} ArmConfig;
static inline bool arm_has(const ArmConfig *c, ArmFeature f) { return c->has[f]; }

// How the condition flags are stored: cc_op says what was done with cc_a and cc_b.
enum ArmFlags {
    CC_NZCV,               // cc_a holds them: PSTATE.NZCV in bits 31:28
    CC_ADD32, CC_ADD64,    // of cc_a + cc_b
    CC_SUB32, CC_SUB64,    // of cc_a - cc_b
    CC_LOGIC32, CC_LOGIC64, // N and Z of cc_a; C = V = 0
    CC_FP32, CC_FP64,      // of cc_a compared with cc_b
    CC_COUNT
};
#define NZCV_N (1u << 31)
#define NZCV_Z (1u << 30)
#define NZCV_C (1u << 29)
#define NZCV_V (1u << 28)

// The context word (Vcpu.ctx): all that translation depends on beyond the code itself and the configuration.
enum {
    ARM_CTX_EL = 3,          // mask: exception level
    ARM_CTX_FP_TRAP = 1 << 2, // CPACR_EL1.FPEN: SIMD and FP instructions trap at this level
    ARM_CTX_ALIGN = 1 << 3,  // SCTLR.A: all data accesses must be aligned
    ARM_CTX_ILLEGAL = 1 << 4, // PSTATE.IL: every instruction is an Illegal Execution state exception
    ARM_CTX_STEP = 1 << 30,   // software step is active: never seen by translation, since instructions run one by one
    ARM_CTX_NO_DZ = 1 << 5,  // EL0 with SCTLR_EL1.DZE = 0: dc zva traps
    ARM_CTX_FP_SOFT = 1 << 24, // FPCR asks for what the host's FPU cannot do (FZ): helpers
    ARM_CTX_FP_DN = 1 << 25,  // FPCR.DN
    ARM_CTX_MOPS = 1 << 6,   // EL0 with SCTLR_EL1.MSCEn
    ARM_CTX_CNTVCT = 1 << 7, // EL0 may read CNTVCT_EL0,
    ARM_CTX_CNTPCT = 1 << 8, // CNTPCT_EL0 (CNTKCTL_EL1)
    ARM_CTX_PAC_KEY = 1 << 9, // four bits: keys that SCTLR enables, in the order of apkey
    ARM_CTX_PAC_TAGGED = 1 << 13, // two bits, for instructions and data: the top byte of pointers to some half is ignored
    ARM_CTX_PAC_TRAP = 1 << 15, // HCR_EL2.API: what signs and checks traps
    ARM_CTX_SP0 = 1 << 16,   // SPSel = 0 above EL0: SP_EL0 is no register to name
};

// PSTATE bits as SPSR_ELx lays them out (DDI 0487, C5.2.19).
#define PSTATE_SP    1ull
#define PSTATE_M     0x1full
#define PSTATE_F     (1ull << 6)
#define PSTATE_I     (1ull << 7)
#define PSTATE_A     (1ull << 8)
#define PSTATE_D     (1ull << 9)
#define PSTATE_DAIF  (15ull << 6)
#define PSTATE_BTYPE (3ull << 10)
#define PSTATE_SSBS  (1ull << 12)
#define PSTATE_IL    (1ull << 20)
#define PSTATE_SS    (1ull << 21)
#define PSTATE_PAN   (1ull << 22)
#define PSTATE_UAO   (1ull << 23)
#define PSTATE_DIT   (1ull << 24)
#define PSTATE_NZCV  (15ull << 28)

// SCTLR_EL1 (D19.2.118)
#define SCTLR_M     (1ull << 0)
#define SCTLR_A     (1ull << 1)
#define SCTLR_C     (1ull << 2)
#define SCTLR_NAA   (1ull << 6)
#define SCTLR_UMA   (1ull << 9)
#define SCTLR_ENRCTX (1ull << 10)
#define SCTLR_I     (1ull << 12)
#define SCTLR_ENDB  (1ull << 13)
#define SCTLR_DZE   (1ull << 14)
#define SCTLR_UCT   (1ull << 15)
#define SCTLR_NTWI  (1ull << 16)
#define SCTLR_NTWE  (1ull << 18)
#define SCTLR_WXN   (1ull << 19)
#define SCTLR_SPAN  (1ull << 23)
#define SCTLR_IESB  (1ull << 21)
#define SCTLR_UCI   (1ull << 26)
#define SCTLR_ENDA  (1ull << 27)
#define SCTLR_ENIB  (1ull << 30)
#define SCTLR_ENIA  (1ull << 31)
#define SCTLR_MSCEN (1ull << 33)
#define SCTLR_BT0   (1ull << 35)
#define SCTLR_BT1   (1ull << 36)
#define SCTLR_DSSBS (1ull << 44)
#define SCTLR_EPAN  (1ull << 57)

// MDSCR_EL1 (D19.3.20)
enum { MDSCR_SS = 1, MDSCR_KDE = 1 << 13, MDSCR_MDE = 1 << 15 };

// Exception classes: ESR_ELx.EC (D19.2.37).
enum {
    EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_FP = 0x07, EC_PAC = 0x09, EC_BRANCH_TARGET = 0x0d, EC_ILLEGAL_STATE = 0x0e, EC_SVC = 0x15, EC_HVC = 0x16,
    EC_SMC = 0x17, EC_SYSREG = 0x18, EC_FPAC = 0x1c, EC_MOPS = 0x27, EC_INSN_ABORT = 0x20, EC_PC_ALIGN = 0x22, EC_DATA_ABORT = 0x24,
    EC_SP_ALIGN = 0x26, EC_BREAKPOINT = 0x30, EC_STEP = 0x32, EC_WATCHPOINT = 0x34, EC_BRK = 0x3c,
};
enum { FSC_DEBUG = 0x22 };
#define ESR_IL (1u << 25)
#define ESR(ec, iss) ((uint64_t)(ec) << 26 | ESR_IL | (iss))

#define ARM_RES_NONE UINT64_MAX // res_vaddr: no exclusive access is open
enum { ARM_ZVA_BYTES = 64 }; // DCZID_EL0.BS = 4
enum { ARM_BREAKPOINTS = 6, ARM_WATCHPOINTS = 4, ARM_PMU_COUNTERS = 6 };

typedef struct ArmState {
    uint64_t x[32];           // x[31]: the SP in use
    uint64_t v[32][2];        // SIMD&FP registers: b, h, s, d are the low bits of q
    // ---- hot
    uint64_t cc_a, cc_b;
    uint32_t cc_op;           // enum ArmFlags
    uint8_t el, spsel;        // PSTATE.EL, .SP
    uint8_t hot_pad[2];
    uint64_t pstate;          // the rest of PSTATE: DAIF, PAN, UAO, SSBS, DIT, IL, SS, BTYPE; as in SPSR
    uint64_t res_vaddr, res_value, res_value2; // exclusives: address and what the load saw; a store compares and swaps
    uint64_t tpidr_el0, tpidrro_el0, tpidr_el1;
    // ---- system registers
    uint64_t sp_el[4], elr[4], spsr[4], esr[4], far[4], vbar[4];
    uint64_t sctlr[4], actlr[4], ttbr0[4], tcr[4], mair[4], amair[4], afsr0[4], afsr1[4]; // of EL1 on
    uint64_t cpacr, ttbr1, contextidr, par;
    uint64_t hcr, cptr, mdcr, hstr, hpfar, vttbr, vtcr, vpidr, vmpidr, tpidr_el2; // EL2
    uint64_t cnthctl, cntvoff, cnthp_ctl, cnthp_cval;
    uint64_t csselr, cntkctl, mdscr, osdlr, oslock;
    uint64_t fpcr, fpsr;
    uint64_t cntv_ctl, cntv_cval, cntp_ctl, cntp_cval;
    uint64_t pmcr, pmcnten, pmovs, pminten, pmselr, pmuserenr, pmccntr, pmccfiltr, pmevcntr[ARM_PMU_COUNTERS], pmevtyper[ARM_PMU_COUNTERS];
    uint64_t pmu_time;        // virtual time at which the counters had these values
    uint64_t dbgbvr[ARM_BREAKPOINTS], dbgbcr[ARM_BREAKPOINTS], dbgwvr[ARM_WATCHPOINTS], dbgwcr[ARM_WATCHPOINTS];
    uint64_t apkey[5][2];     // pointer authentication: IA, IB, DA, DB, GA; low and high half
    uint64_t fault_esr, fault_far; // of the exception raised but not yet taken
    uint64_t fault_pc;        // its preferred return address
    uint32_t fault_has_far;
    uint32_t fault_target;    // the level it goes to; 0: as its class says
    uint32_t fault_pad;
    _Atomic uint32_t pins;    // interrupt inputs, bit ARM_PIN_x; any thread

    // ---- host wiring
    uint64_t metered;             // instructions that have retired while the engine counted (tcg/run/meter.h)
    const ArmConfig *config;
    const struct Decoder *decoder; // of config; a64_translate makes it when first asked
    Cpu *cpu;
    Mem *mem;
    Clock *clock;
    Timer *timer[ARM_TIMERS];
    Irq timer_irq[ARM_TIMERS];
    Timer *wait_timer;        // of WFIT, which waits for the virtual counter to be
    uint64_t wait_count;      // this; WFI for none
    Timer *pmu_timer;
    Irq pmu_irq;
    uint8_t pmu_el;           // the level that counters last counted at
    bool pmu_filters;         // a counter that runs leaves a level out
    _Atomic bool starting;    // another core is about to start this one
    const ArmGic *gic;        // NULL: its interrupt controller has no system registers
    void *gic_opaque;
    const ArmFirmware *firmware;
    void *firmware_opaque;
    struct ArmPoint { uint64_t first, last; bool set; } points[ARM_BREAKPOINTS + ARM_WATCHPOINTS]; // as the translator was told
    uint64_t pac_mask[2][2], pac_differ[2][2]; // bits of a signature in pointers to the lower half, and in which the upper half's differ:
                              // by regime less 1; [1]: of data
    _Alignas(16) uint64_t qc[2]; // not 0: lanes have saturated, which FPSR.QC does not tell yet (arm_fpsr)
    uint64_t unsynced;        // not 0: a register was written that counts from the next ISB, exception or return on (arm_sysreg_waits)
    bool tagged;              // a translation of an address with a tag was made: flushes of pages take all
    struct ArmWalks *walks;   // page-walk cache (mmu.c)
} ArmState;

extern const Fields arm_fields;

#define ARM_ASID_NONE 0x10000 // vcpu_space's asid where no page table is in use

static inline ArmState *arm_state(Vcpu *v) { return vcpu_state(v); }

// ---- state.c, config.c, arm.c
extern const Guest aarch64_guest;
extern const char *const arm_x_names[32];
void arm_reset(Vcpu *v, uint64_t pc);
// Derived state (context word, address space, timers) after reset or load; illegal values are made legal first.
void arm_refresh(Vcpu *v);
// Recomputes the context word and the address space; whatever changes EL, PSTATE, SCTLR, CPACR or a TTBR calls it.
void arm_update_context(Vcpu *v);
void arm_config_init(ArmConfig *c);
uint64_t arm_pstate_kept(const ArmConfig *c); // the bits of ArmState.pstate that this core has
void arm_print_properties(Cpu *c, FILE *to);
bool arm_config_apply(ArmConfig *c, const char *text, char *error, size_t error_size);
extern const char *const arm_models[];
// gdb.c, view.c: registers as the debugger and the monitor see them.
const CpuReg *arm_regs(Cpu *c, unsigned *n);
bool arm_reg_read(Cpu *c, unsigned gdb, uint64_t *value);
bool arm_reg_write(Cpu *c, unsigned gdb, uint64_t value);
bool arm_reg_wide(Cpu *c, unsigned gdb, uint64_t value[2], bool write);
const char *arm_gdb_xml(Cpu *c, const char *annex);
void arm_print(Cpu *c, FILE *to);
void arm_where(Cpu *c, FILE *to);

// ---- levels.c: EL2 and what it makes of the levels below
#define HCR_VM   (1ull << 0)
#define HCR_FMO  (1ull << 3)
#define HCR_IMO  (1ull << 4)
#define HCR_VF   (1ull << 6)
#define HCR_VI   (1ull << 7)
#define HCR_DC   (1ull << 12)
#define HCR_TWI  (1ull << 13)
#define HCR_TWE  (1ull << 14)
#define HCR_TSC  (1ull << 19)
#define HCR_TGE  (1ull << 27)
#define HCR_TDZ  (1ull << 28)
#define HCR_HCD  (1ull << 29)
#define HCR_RW   (1ull << 31)
#define HCR_API  (1ull << 41)
#define CPTR_TFP (1ull << 10)
#define MDCR_TDE (1ull << 8)
static inline bool arm_el2(const ArmState *s) { return arm_has(s->config, ARM_el2); }
static inline unsigned arm_regime(const ArmState *s) { return s->el > 1 ? s->el : 1; } // whose tables and control registers are in use
uint64_t arm_sctlr(const ArmState *s);            // of that regime, with what EL2 makes of it
uint64_t arm_tcr(const ArmState *s);              // of that regime, laid out as TCR_EL1
uint64_t arm_regime_tcr(const ArmState *s, unsigned regime);
unsigned arm_target(const ArmState *s, unsigned ec); // the level an exception of the class goes to from here
unsigned arm_fp_target(const ArmState *s);        // the level that FP and SIMD instructions trap to; 0: none
bool arm_irq_taken(const ArmState *s, unsigned pin, unsigned *target); // ARM_PIN_x, the line or the virtual one
bool arm_irq_waits(const ArmState *s);            // there is one, masked or not
uint64_t arm_isr(const ArmState *s);
bool arm_illegal_return(const ArmState *s, uint64_t spsr);
void arm_set_hcr(Vcpu *v, unsigned number, uint64_t value);
// Registers and instructions (op0 = 1) of EL0 and EL1 that controls of EL2 trap, by op0:op1:CRn:CRm:op2.
bool arm_may_trap(const ArmConfig *c, unsigned number, unsigned el);
bool arm_traps(const ArmState *s, unsigned number, bool write);

// ---- flags.c
uint32_t arm_flags(const ArmState *s);            // PSTATE.NZCV in bits 31:28
void arm_flags_set(ArmState *s, uint64_t nzcv);

// ---- translate.c: Guest.translate
void a64_translate(IrBuild *k, Vcpu *v, const uint8_t *code, const uint8_t *next, unsigned max_insns);

// ---- exception.c. arm_fault marks an exception as raised at the current instruction; its caller then returns, and translated code
// leaves to Guest.trap.
uint64_t arm_fault(Vcpu *v, uint64_t esr);
uint64_t arm_fault_at(Vcpu *v, uint64_t esr, uint64_t far);
uint64_t arm_fault_el2(Vcpu *v, uint64_t esr);
void arm_trap(Vcpu *v);                           // Guest.trap
void arm_take(Vcpu *v, uint64_t esr);             // between instructions: a synchronous exception at Vcpu.pc
bool arm_interrupt(Vcpu *v);                      // Guest.interrupt
bool arm_awake(Vcpu *v);                          // Guest.awake
uint64_t arm_pstate(const ArmState *s);           // all of it, as SPSR holds it
void arm_select_sp(ArmState *s, unsigned el, unsigned spsel);
void arm_irq_check(Vcpu *v);                      // after whatever may have enabled an interrupt
void arm_set_pin(Cpu *c, unsigned pin, bool level);

// ---- bti.c
bool arm_lands(Vcpu *v, const uint8_t *insn, bool guarded); // Guest.lands
void arm_mislanded(Vcpu *v);                                // Guest.mislanded
uint64_t arm_btype(const ArmState *s);                      // PSTATE.BTYPE, in its place
void arm_set_btype(Vcpu *v, uint64_t pstate);

// ---- debug.c
bool arm_debug_enabled(const ArmState *s, unsigned el, uint64_t pstate); // may debug exceptions from this level and mask be taken?
void arm_debug_update(Vcpu *v);                   // the registers of breakpoints and watchpoints changed, or what switches them
bool arm_breakpoint(Vcpu *v);                     // Guest.breakpoint
bool arm_watchpoint(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access, unsigned mmu); // Guest.watchpoint

// ---- step.c
bool arm_step_active(const ArmState *s);
bool arm_step_done(const ArmState *s);            // its exception comes before the next instruction
void arm_step_update(Vcpu *v);
uint64_t arm_step_returned(const ArmState *s, uint64_t spsr); // PSTATE.SS behind an exception return
uint64_t arm_step_syndrome(const ArmState *s);
void arm_stepped(Vcpu *v);                        // Guest.stepped

// ---- psci.c
void arm_psci(Vcpu *v);                           // the call in x0-x3; the answer is in x0

// ---- sysreg.c. Registers go by a number, in which op0, op1, CRn, CRm and op2 lie as in instructions.
#define NUMBER(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
// At translation: is the register, at this exception level, nothing but the field at *slot, or a constant?
bool arm_sysreg_plain(const ArmConfig *c, unsigned number, unsigned el, bool write, uint16_t *slot);
bool arm_sysreg_waits(unsigned number);           // the context word or the address space depends on it, but not before an ISB
bool arm_sysreg_const(const ArmConfig *c, unsigned number, unsigned el, uint64_t *value);
const char *arm_sysreg_name(unsigned number);     // NULL: no such register
// Those that a debugger may look at, by lower-case names; reading and writing one without checks. False: there is none, or it is read only.
void arm_sysreg_each(void (*fn)(void *opaque, const char *name, unsigned number), void *opaque);
bool arm_sysreg_debug(Vcpu *v, unsigned number, uint64_t *value, bool write);
// pauth.c: bits of a signature in pointers to that half; what translated code needs, when TCR changed; what the context word says
uint64_t arm_pac_mask(const ArmState *s, bool upper, bool data);
void arm_pac_update(ArmState *s);
uint32_t arm_pac_context(const ArmState *s);
bool arm_sysreg_gic(const ArmConfig *c, unsigned number, unsigned el, bool write); // the helpers gic_read and gic_write do it

uint64_t arm_fpsr(ArmState *s);                   // with what the host's FPU has raised
void arm_fp_refresh(Vcpu *v);                     // after FPCR or FPSR changed in the state

// ---- timer.c
void arm_timer_update(ArmState *s, unsigned n);   // ARM_TIMER_x: its control or compare value changed
uint64_t arm_timer_ctl(ArmState *s, unsigned n);
void arm_timer_fired(void *opaque);
void arm_wait_timer(ArmState *s, uint64_t count); // kicks the core when the virtual counter is there
uint64_t arm_counter(const ArmState *s);           // physical; the virtual one is CNTVOFF_EL2 less

// ---- pmu.c
void arm_pmu_update(ArmState *s);                 // time has passed, the level changed, or state was loaded
void arm_pmu_fired(void *opaque);
uint64_t arm_pmu_get(ArmState *s, unsigned number);
void arm_pmu_set(Vcpu *v, unsigned number, uint64_t value);
bool arm_pmu_el0(const ArmState *s, unsigned number, bool write);

// ---- mmu.c
bool arm_fill(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *out);
bool arm_io_read(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t *value);
bool arm_io_write(Vcpu *v, uint64_t vaddr, uint64_t paddr, unsigned size, uint64_t value);
bool arm_lenient(Vcpu *v, uint64_t vaddr, unsigned size, unsigned memop); // Guest.lenient
void arm_misaligned(Vcpu *v, uint64_t vaddr, Access access);
bool arm_translate_debug(Vcpu *v, uint64_t vaddr, uint64_t *paddr);
bool arm_insn_at_pc(Vcpu *v, uint32_t *bits);     // for what raises: the instruction that runs; false: it is not in RAM
uint64_t arm_address_translate(Vcpu *v, uint64_t vaddr, Access access, unsigned regime, bool as_el0, bool pan, bool both); // AT: PAR_EL1
void arm_walks_flush(ArmState *s);
struct ArmWalks *arm_walks_new(void);
