// SPDX-License-Identifier: MIT
// M: division by zero and overflow give the results the IR's DIVS and DIVU define ("Division Operations").
#include "cpu/riscv/trans.h"

INSN(mul) { set_x(t, i->rd, mul(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(mulh) { set_x(t, i->rd, mulhs(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(mulhsu) { set_x(t, i->rd, mulhsu(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(mulhu) { set_x(t, i->rd, mulhu(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(div) { set_x(t, i->rd, divs(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(divu) { set_x(t, i->rd, divu(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(rem) { set_x(t, i->rd, rems(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(remu) { set_x(t, i->rd, remu(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(mulw) { set_x(t, i->rd, sext32(t, op32(t, OP_MUL, x(t, i->rs1), x(t, i->rs2)))); }
INSN(divw) { set_x(t, i->rd, sext32(t, op32(t, OP_DIVS, x(t, i->rs1), x(t, i->rs2)))); }
INSN(divuw) { set_x(t, i->rd, sext32(t, op32(t, OP_DIVU, x(t, i->rs1), x(t, i->rs2)))); }
INSN(remw) { set_x(t, i->rd, sext32(t, op32(t, OP_REMS, x(t, i->rs1), x(t, i->rs2)))); }
INSN(remuw) { set_x(t, i->rd, sext32(t, op32(t, OP_REMU, x(t, i->rs1), x(t, i->rs2)))); }
