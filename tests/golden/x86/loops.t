; Inner loops as a compiler makes them (gcc -O2, rv64gc), and the host code they become: the hot path, without what stands out of line.
; The format is in tests/unit/codegen.c; BLESS=1 rewrites the expected parts.
== rv64 u copy bytes
0005c783 00f50023 0585 0505 fec59ae3
--
; lbu	a5,0(a1)
; sb	a5,0(a0)
; addi	a1,a1,1
; addi	a0,a0,1
; bne	a1,a2,0x80000000
   0  mov rcx, r11
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xfff
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movzx ebx, byte ptr [r11 + rdx]
  35  mov rcx, r8
  38  sub rcx, qword ptr [space]
  45  cmp rcx, 0xfff
  52  ja out
  58  mov rdx, qword ptr [space]
  65  mov byte ptr [r8 + rdx], bl
  69  add r11, 1
  73  add r8, 1
  77  cmp dword ptr [vcpu], 0
  81  jne out
  87  cmp r11, r10
  90  jne out
  96  nop dword ptr [rax]
  99  jmp out
20 instructions, 104 bytes; 75 bytes out of line
== rv64 u copy words
619c 05a1 0521 fef53c23 fee59be3
--
; ld	a5,0(a1)
; addi	a1,a1,8
; addi	a0,a0,8
; sd	a5,-8(a0)
; bne	a1,a4,0x80000000
   0  mov rcx, r11
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xff8
  17  ja out
  23  mov rdx, qword ptr [space]
  30  mov rbx, qword ptr [r11 + rdx]
  34  add r11, 8
  38  add r8, 8
  42  lea rcx, [r8 - 8]
  46  sub rcx, qword ptr [space]
  53  cmp rcx, 0xff8
  60  ja out
  66  mov rdx, qword ptr [space]
  73  mov qword ptr [r8 + rdx - 8], rbx
  78  cmp dword ptr [vcpu], 0
  82  jne out
  88  cmp r11, rsi
  91  nop dword ptr [rax]
  94  jne out
 100  nop dword ptr [rax]
 103  jmp out
21 instructions, 108 bytes; 76 bytes out of line
== rv64 u fill words
e10c 0521 fef51ee3
--
; sd	a1,0(a0)
; addi	a0,a0,8
; bne	a0,a5,0x80000000
   0  mov rcx, r8
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xff8
  17  ja out
  23  mov rdx, qword ptr [space]
  30  mov qword ptr [r8 + rdx], r11
  34  add r8, 8
  38  cmp dword ptr [vcpu], 0
  42  jne out
  48  cmp r8, rbx
  51  nop dword ptr [rax]
  54  jne out
  60  nop dword ptr [rax]
  63  jmp out
14 instructions, 68 bytes; 64 bytes out of line
== rv64 u sum words
6398 07a1 953a fed79de3
--
; ld	a4,0(a5)
; addi	a5,a5,8
; add	a0,a0,a4
; bne	a5,a3,0x80000000
   0  mov rcx, rbx
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xff8
  17  ja out
  23  mov rdx, qword ptr [space]
  30  mov rsi, qword ptr [rbx + rdx]
  34  add rbx, 8
  38  add r8, rsi
  41  cmp dword ptr [vcpu], 0
  45  jne out
  51  cmp rbx, r9
  54  jne out
  60  nop dword ptr [rax]
  63  jmp out
14 instructions, 68 bytes; 64 bytes out of line
== rv64 u sum ints
4398 0791 9d39 fed79de3
--
; lw	a4,0(a5)
; addi	a5,a5,4
; addw	a0,a0,a4
; bne	a5,a3,0x80000000
   0  mov rcx, rbx
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xffc
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movsxd rsi, dword ptr [rbx + rdx]
  34  add rbx, 4
  38  add r8d, esi
  41  movsxd r8, r8d
  44  cmp dword ptr [vcpu], 0
  48  jne out
  54  cmp rbx, r9
  57  nop 
  58  jne out
  64  nop dword ptr [rax]
  67  jmp out
16 instructions, 72 bytes; 64 bytes out of line
== rv64 u sum short
00079703 0789 953a fed79ce3
--
; lh	a4,0(a5)
; addi	a5,a5,2
; add	a0,a0,a4
; bne	a5,a3,0x80000000
   0  mov rcx, rbx
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xffe
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movsx rsi, word ptr [rbx + rdx]
  35  add rbx, 2
  39  add r8, rsi
  42  cmp dword ptr [vcpu], 0
  46  jne out
  52  cmp rbx, r9
  55  nop dword ptr [rax]
  58  jne out
  64  nop dword ptr [rax]
  67  jmp out
15 instructions, 72 bytes; 64 bytes out of line
== rv64 u length
0505 00a707b3 0007c783 fbfd
--
; addi	a0,a0,1
; add	a5,a4,a0
; lbu	a5,0(a5)
; bnez	a5,0x80000000
   0  add r8, 1
   4  lea rbx, [rsi + r8]
   8  mov rcx, rbx
  11  sub rcx, qword ptr [space]
  18  cmp rcx, 0xfff
  25  ja out
  31  mov rdx, qword ptr [space]
  38  movzx ebx, byte ptr [rbx + rdx]
  42  cmp dword ptr [vcpu], 0
  46  jne out
  52  test rbx, rbx
  55  nop dword ptr [rax]
  58  jne out
  64  nop dword ptr [rax]
  67  jmp out
15 instructions, 72 bytes; 64 bytes out of line
== rv64 u crc
0005c703 0085579b 0585 8d39 0ff57513 050a 9536 4108 8d3d 2501 fec593e3
--
; lbu	a4,0(a1)
; srliw	a5,a0,0x8
; addi	a1,a1,1
; xor	a0,a0,a4
; zext.b	a0,a0
; slli	a0,a0,0x2
; add	a0,a0,a3
; lw	a0,0(a0)
; xor	a0,a0,a5
; sext.w	a0,a0
; bne	a1,a2,0x80000000
   0  mov rcx, r11
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xfff
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movzx esi, byte ptr [r11 + rdx]
  35  mov ebx, r8d
  38  shr ebx, 8
  41  movsxd rbx, ebx
  44  add r11, 1
  48  mov rax, r8
  51  xor rax, rsi
  54  movzx eax, al
  57  lea r8, [r9 + rax*4]
  61  mov rcx, r8
  64  sub rcx, qword ptr [space]
  71  cmp rcx, 0xffc
  78  ja out
  84  mov rdx, qword ptr [space]
  91  movsxd r8, dword ptr [r8 + rdx]
  95  xor r8d, ebx
  98  movsxd r8, r8d
 101  cmp dword ptr [vcpu], 0
 105  jne out
 111  cmp r11, r10
 114  jne out
 120  nop dword ptr [rax]
 123  jmp out
28 instructions, 128 bytes; 76 bytes out of line
== rv64 u adler
00054783 0505 9fb5 9e3d 0007869b feb519e3
--
; lbu	a5,0(a0)
; addi	a0,a0,1
; addw	a5,a5,a3
; addw	a2,a2,a5
; sext.w	a3,a5
; bne	a0,a1,0x80000000
   0  mov rcx, r8
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xfff
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movzx eax, byte ptr [r8 + rdx]
  35  add r8, 1
  39  lea ebx, [rax + r9]
  43  movsxd rbx, ebx
  46  add r10d, ebx
  49  movsxd r10, r10d
  52  mov r9, rbx
  55  cmp dword ptr [vcpu], 0
  59  jne out
  65  cmp r8, r11
  68  nop 
  70  jne out
  76  nop dword ptr [rax]
  79  jmp out
19 instructions, 84 bytes; 64 bytes out of line
== rv64 u fnv
0007c703 0785 8d39 02d50533 feb79ae3
--
; lbu	a4,0(a5)
; addi	a5,a5,1
; xor	a0,a0,a4
; mul	a0,a0,a3
; bne	a5,a1,0x80000000
   0  mov rcx, rbx
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xfff
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movzx esi, byte ptr [rbx + rdx]
  34  add rbx, 1
  38  mov rax, r8
  41  xor rax, rsi
  44  mov r8, rax
  47  imul r8, r9
  51  cmp dword ptr [vcpu], 0
  55  jne out
  61  cmp rbx, r11
  64  nop 
  66  jne out
  72  nop dword ptr [rax]
  75  jmp out
18 instructions, 80 bytes; 64 bytes out of line
== rv64 u xorshift
00d5171b 8d39 0115571b 8d39 0055171b 8d39 17fd 2501 fed795e3
--
; slliw	a4,a0,0xd
; xor	a0,a0,a4
; srliw	a4,a0,0x11
; xor	a0,a0,a4
; slliw	a4,a0,0x5
; xor	a0,a0,a4
; addi	a5,a5,-1
; sext.w	a0,a0
; bne	a5,a3,0x80000000
   0  mov eax, r8d
   3  shl eax, 0xd
   6  xor eax, r8d
   9  mov r14d, eax
  12  shr r14d, 0x11
  16  xor eax, r14d
  19  mov esi, eax
  21  shl esi, 5
  24  movsxd rsi, esi
  27  xor eax, esi
  29  add rbx, -1
  33  movsxd r8, eax
  36  cmp dword ptr [vcpu], 0
  40  jne out
  46  cmp rbx, r9
  49  nop 
  50  jne out
  56  nop dword ptr [rax]
  59  jmp out
19 instructions, 64 bytes; 51 bytes out of line
== rv64 u lcg
02c50533 17fd 9536 fee79ce3
--
; mul	a0,a0,a2
; addi	a5,a5,-1
; add	a0,a0,a3
; bne	a5,a4,0x80000000
   0  mov rax, r8
   3  imul rax, r10
   7  add rbx, -1
  11  lea r8, [rax + r9]
  15  cmp dword ptr [vcpu], 0
  19  jne out
  25  cmp rbx, rsi
  28  nop 
  30  jne out
  36  nop dword ptr [rax]
  39  jmp out
11 instructions, 44 bytes; 51 bytes out of line
== rv64 u gcd
852e 02b7f5b3 87aa fde5
--
; mv	a0,a1
; remu	a1,a5,a1
; mv	a5,a0
; bnez	a1,0x80000000
   0  mov r8, r11
   3  mov rax, r11
   6  mov rcx, rax
   9  mov qword ptr [vcpu], rax
  16  mov rax, rbx
  19  test rcx, rcx
  22  je 31
  24  xor edx, edx
  26  div rcx
  29  jmp 36
  31  mov rdx, rax
  34  jmp 36
  36  mov rax, qword ptr [vcpu]
  43  mov r11, rdx
  46  mov rbx, rax
  49  cmp dword ptr [vcpu], 0
  53  jne out
  59  test r11, r11
  62  jne out
  68  nop dword ptr [rax]
  71  jmp out
21 instructions, 76 bytes; 51 bytes out of line
== rv64 u power
0015f693 02f78733 8185 c689 02a78533 02c57533 02c777b3 f5e5
--
; andi	a3,a1,1
; mul	a4,a5,a5
; srli	a1,a1,0x1
; beqz	a3,0x80000014
; mul	a0,a5,a0
; remu	a0,a0,a2
; remu	a5,a4,a2
; bnez	a1,0x80000000
   0  mov r9, r11
   3  and r9, 1
   7  mov rsi, rbx
  10  imul rsi, rbx
  14  shr r11, 1
  18  test r9, r9
  21  nop 
  22  je out
  28  mov rax, rbx
  31  imul rax, r8
  35  mov rcx, r10
  38  mov qword ptr [vcpu], rax
  45  test rcx, rcx
  48  je 57
  50  xor edx, edx
  52  div rcx
  55  jmp 62
  57  mov rdx, rax
  60  jmp 62
  62  mov rax, qword ptr [vcpu]
  69  mov r8, rdx
  72  mov rcx, r10
  75  mov rax, rsi
  78  test rcx, rcx
  81  je 90
  83  xor edx, edx
  85  div rcx
  88  jmp 95
  90  mov rdx, rax
  93  jmp 95
  95  mov rbx, rdx
  98  cmp dword ptr [vcpu], 0
 102  jne out
 108  test r11, r11
 111  nop dword ptr [rax]
 114  jne out
 120  nop dword ptr [rax]
 123  jmp out
38 instructions, 128 bytes; 61 bytes out of line
== rv64 u collatz
00179713 0017f693 973e 8385 c299 00170793 2505 fec796e3
--
; slli	a4,a5,0x1
; andi	a3,a5,1
; add	a4,a4,a5
; srli	a5,a5,0x1
; beqz	a3,0x80000012
; addi	a5,a4,1
; addiw	a0,a0,1
; bne	a5,a2,0x80000000
   0  mov r9, rbx
   3  and r9, 1
   7  lea rsi, [rbx + rbx*2]
  11  shr rbx, 1
  15  test r9, r9
  18  je out
  24  lea rbx, [rsi + 1]
  28  add r8d, 1
  32  movsxd r8, r8d
  35  cmp dword ptr [vcpu], 0
  39  jne out
  45  cmp rbx, r10
  48  nop 
  50  jne out
  56  nop dword ptr [rax]
  59  jmp out
16 instructions, 64 bytes; 61 bytes out of line
== rv64 u sieve step
00b507b3 00e78023 95b2 fed5ebe3
--
; add	a5,a0,a1
; sb	a4,0(a5)
; add	a1,a1,a2
; bltu	a1,a3,0x80000000
   0  lea rbx, [r8 + r11]
   4  mov rcx, rbx
   7  sub rcx, qword ptr [space]
  14  cmp rcx, 0xfff
  21  ja out
  27  mov rdx, qword ptr [space]
  34  mov byte ptr [rbx + rdx], sil
  38  add r11, r10
  41  cmp dword ptr [vcpu], 0
  45  jne out
  51  cmp r11, r9
  54  jb out
  60  nop dword ptr [rax]
  63  jmp out
14 instructions, 68 bytes; 61 bytes out of line
== rv64 u histogram
0005c783 0585 078a 97aa 4398 2705 c398 fec598e3
--
; lbu	a5,0(a1)
; addi	a1,a1,1
; slli	a5,a5,0x2
; add	a5,a5,a0
; lw	a4,0(a5)
; addiw	a4,a4,1
; sw	a4,0(a5)
; bne	a1,a2,0x80000000
   0  mov rcx, r11
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xfff
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movzx eax, byte ptr [r11 + rdx]
  35  add r11, 1
  39  lea rbx, [r8 + rax*4]
  43  lea rcx, [rbx]
  46  sub rcx, qword ptr [space]
  53  cmp rcx, 0xffc
  60  ja out
  66  mov r13, qword ptr [space]
  73  movsxd rsi, dword ptr [rbx + r13]
  77  add esi, 1
  80  movsxd rsi, esi
  83  test r13, r13
  86  je out
  92  mov dword ptr [rbx + r13], esi
  96  cmp dword ptr [vcpu], 0
 100  jne out
 106  cmp r11, r10
 109  nop 
 110  jne out
 116  nop dword ptr [rax]
 119  jmp out
26 instructions, 124 bytes; 88 bytes out of line
== rv64 u list walk
6798 639c 953a ffed
--
; ld	a4,8(a5)
; ld	a5,0(a5)
; add	a0,a0,a4
; bnez	a5,0x80000000
   0  lea rcx, [rbx]
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xff0
  17  ja out
  23  mov r13, qword ptr [space]
  30  mov rsi, qword ptr [rbx + r13 + 8]
  35  test r13, r13
  38  je out
  44  mov rbx, qword ptr [rbx + r13]
  48  add r8, rsi
  51  cmp dword ptr [vcpu], 0
  55  jne out
  61  test rbx, rbx
  64  nop 
  66  jne out
  72  nop dword ptr [rax]
  75  jmp out
17 instructions, 80 bytes; 76 bytes out of line
== rv64 u tree rotate
611c 0521 6394 6b98 6790 e794 9736 e390 eb98 fea597e3
--
; ld	a5,0(a0)
; addi	a0,a0,8
; ld	a3,0(a5)
; ld	a4,16(a5)
; ld	a2,8(a5)
; sd	a3,8(a5)
; add	a4,a4,a3
; sd	a2,0(a5)
; sd	a4,16(a5)
; bne	a1,a0,0x80000000
   0  mov rcx, r8
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xff8
  17  ja out
  23  mov rdx, qword ptr [space]
  30  mov rbx, qword ptr [r8 + rdx]
  34  add r8, 8
  38  lea rcx, [rbx]
  41  sub rcx, qword ptr [space]
  48  cmp rcx, 0xfe8
  55  ja out
  61  mov r13, qword ptr [space]
  68  mov r9, qword ptr [rbx + r13]
  72  test r13, r13
  75  je out
  81  mov rsi, qword ptr [rbx + r13 + 0x10]
  86  test r13, r13
  89  je out
  95  mov r10, qword ptr [rbx + r13 + 8]
 100  test r13, r13
 103  je out
 109  mov qword ptr [rbx + r13 + 8], r9
 114  add rsi, r9
 117  test r13, r13
 120  je out
 126  mov qword ptr [rbx + r13], r10
 130  test r13, r13
 133  je out
 139  mov qword ptr [rbx + r13 + 0x10], rsi
 144  cmp dword ptr [vcpu], 0
 148  jne out
 154  cmp r11, r8
 157  nop 
 158  jne out
 164  nop dword ptr [rax]
 167  jmp out
36 instructions, 172 bytes; 136 bytes out of line
== rv64 u dot int
4394 4198 0791 0591 02d7073b 9d39 fec799e3
--
; lw	a3,0(a5)
; lw	a4,0(a1)
; addi	a5,a5,4
; addi	a1,a1,4
; mulw	a4,a4,a3
; addw	a0,a0,a4
; bne	a5,a2,0x80000000
   0  mov rcx, rbx
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xffc
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movsxd r9, dword ptr [rbx + rdx]
  34  mov rcx, r11
  37  sub rcx, qword ptr [space]
  44  cmp rcx, 0xffc
  51  ja out
  57  mov rdx, qword ptr [space]
  64  movsxd rax, dword ptr [r11 + rdx]
  68  add rbx, 4
  72  add r11, 4
  76  mov esi, eax
  78  imul esi, r9d
  82  movsxd rsi, esi
  85  add r8d, esi
  88  movsxd r8, r8d
  91  cmp dword ptr [vcpu], 0
  95  jne out
 101  cmp rbx, r10
 104  nop 
 106  jne out
 112  nop dword ptr [rax]
 115  jmp out
26 instructions, 120 bytes; 76 bytes out of line
== rv64 u dot
2118 219c 0521 05a1 52f77543 fef51ae3
--
; fld	fa4,0(a0)
; fld	fa5,0(a1)
; addi	a0,a0,8
; addi	a1,a1,8
; fmadd.d	fa0,fa4,fa5,fa0
; bne	a0,a5,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  mov rcx, r8
  13  sub rcx, qword ptr [space]
  20  cmp rcx, 0xff8
  27  ja out
  33  mov rdx, qword ptr [space]
  40  vmovsd xmm9, qword ptr [r8 + rdx]
  46  mov rcx, r11
  49  sub rcx, qword ptr [space]
  56  cmp rcx, 0xff8
  63  ja out
  69  mov rdx, qword ptr [space]
  76  vmovsd xmm8, qword ptr [r11 + rdx]
  82  add r8, 8
  86  add r11, 8
  90  vfmadd231sd xmm13, xmm9, xmm8
  95  vucomisd xmm13, xmm13
 100  jp out
 106  cmp dword ptr [vcpu], 0
 110  jne out
 116  cmp r8, rbx
 119  nop dword ptr [rax]
 122  jne out
 128  nop dword ptr [rax]
 131  jmp out
26 instructions, 136 bytes; 129 bytes out of line
== rv64 u dotf
00052707 0005a787 0511 0591 50f77543 fef518e3
--
; flw	fa4,0(a0)
; flw	fa5,0(a1)
; addi	a0,a0,4
; addi	a1,a1,4
; fmadd.s	fa0,fa4,fa5,fa0
; bne	a0,a5,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  mov rcx, r8
  13  sub rcx, qword ptr [space]
  20  cmp rcx, 0xffc
  27  ja out
  33  mov rdx, qword ptr [space]
  40  vmovss xmm9, dword ptr [r8 + rdx]
  46  vorps xmm9, xmm9, xmmword ptr [constant]
  54  mov rcx, r11
  57  sub rcx, qword ptr [space]
  64  cmp rcx, 0xffc
  71  ja out
  77  mov rdx, qword ptr [space]
  84  vmovss xmm8, dword ptr [r11 + rdx]
  90  vorps xmm8, xmm8, xmmword ptr [constant]
  98  add r8, 4
 102  add r11, 4
 106  vmovaps xmm0, xmm13
 111  vptest xmm0, xmmword ptr [constant]
 120  jae out
 126  vmovaps xmm13, xmm9
 131  vfmadd213ss xmm13, xmm8, xmm0
 136  vucomiss xmm13, xmm13
 141  jp out
 147  cmp dword ptr [vcpu], 0
 151  jne out
 157  cmp r8, rbx
 160  nop 
 162  jne out
 168  nop dword ptr [rax]
 171  jmp out
32 instructions, 176 bytes; 148 bytes out of line
== rv64 u axpy
219c 2118 0521 05a1 72a7f7c3 fef53c27 fef518e3
--
; fld	fa5,0(a1)
; fld	fa4,0(a0)
; addi	a0,a0,8
; addi	a1,a1,8
; fmadd.d	fa5,fa5,fa0,fa4
; fsd	fa5,-8(a0)
; bne	a0,a5,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  mov rcx, r11
  13  sub rcx, qword ptr [space]
  20  cmp rcx, 0xff8
  27  ja out
  33  mov rdx, qword ptr [space]
  40  vmovsd xmm8, qword ptr [r11 + rdx]
  46  mov rcx, r8
  49  sub rcx, qword ptr [space]
  56  cmp rcx, 0xff8
  63  ja out
  69  mov rdx, qword ptr [space]
  76  vmovsd xmm9, qword ptr [r8 + rdx]
  82  add r8, 8
  86  add r11, 8
  90  vmovaps xmm6, xmm8
  95  vfmadd213sd xmm6, xmm13, xmm9
 100  vucomisd xmm6, xmm6
 104  jp out
 110  vmovaps xmm8, xmm6
 114  lea rcx, [r8 - 8]
 118  sub rcx, qword ptr [space]
 125  cmp rcx, 0xff8
 132  ja out
 138  mov rdx, qword ptr [space]
 145  vmovsd qword ptr [r8 + rdx - 8], xmm8
 152  cmp dword ptr [vcpu], 0
 156  jne out
 162  cmp r8, rbx
 165  nop 
 166  jne out
 172  nop dword ptr [rax]
 175  jmp out
34 instructions, 180 bytes; 139 bytes out of line
== rv64 u triad
221c 2198 0521 05a1 72d7f7c3 0621 fef53c27 fef597e3
--
; fld	fa5,0(a2)
; fld	fa4,0(a1)
; addi	a0,a0,8
; addi	a1,a1,8
; fmadd.d	fa5,fa5,fa3,fa4
; addi	a2,a2,8
; fsd	fa5,-8(a0)
; bne	a1,a5,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  mov rcx, r10
  13  sub rcx, qword ptr [space]
  20  cmp rcx, 0xff8
  27  ja out
  33  mov rdx, qword ptr [space]
  40  vmovsd xmm8, qword ptr [r10 + rdx]
  46  mov rcx, r11
  49  sub rcx, qword ptr [space]
  56  cmp rcx, 0xff8
  63  ja out
  69  mov rdx, qword ptr [space]
  76  vmovsd xmm9, qword ptr [r11 + rdx]
  82  add r8, 8
  86  add r11, 8
  90  vmovaps xmm6, xmm8
  95  vfmadd213sd xmm6, xmm10, xmm9
 100  vucomisd xmm6, xmm6
 104  jp out
 110  vmovaps xmm8, xmm6
 114  add r10, 8
 118  lea rcx, [r8 - 8]
 122  sub rcx, qword ptr [space]
 129  cmp rcx, 0xff8
 136  ja out
 142  mov rdx, qword ptr [space]
 149  vmovsd qword ptr [r8 + rdx - 8], xmm8
 156  cmp dword ptr [vcpu], 0
 160  jne out
 166  cmp r11, rbx
 169  nop 
 170  jne out
 176  nop dword ptr [rax]
 179  jmp out
35 instructions, 184 bytes; 140 bytes out of line
== rv64 u horner
ff87b787 17e1 7aa77543 fef51be3
--
; fld	fa5,-8(a5)
; addi	a5,a5,-8
; fmadd.d	fa0,fa4,fa0,fa5
; bne	a0,a5,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  lea rcx, [rbx - 8]
  14  sub rcx, qword ptr [space]
  21  cmp rcx, 0xff8
  28  ja out
  34  mov rdx, qword ptr [space]
  41  vmovsd xmm8, qword ptr [rbx + rdx - 8]
  47  add rbx, -8
  51  vmovaps xmm6, xmm9
  56  vfmadd213sd xmm6, xmm13, xmm8
  61  vucomisd xmm6, xmm6
  65  jp out
  71  vmovaps xmm13, xmm6
  75  cmp dword ptr [vcpu], 0
  79  jne out
  85  cmp r8, rbx
  88  nop 
  90  jne out
  96  nop dword ptr [rax]
  99  jmp out
21 instructions, 104 bytes; 117 bytes out of line
== rv64 u mandel
02e50463 0ac77753 02f7f653 2505 02a777d3 5ad676c3 12f7f753 12d6f653 02c77053 a21017d3 ffe9
--
; beq	a0,a4,0x80000028
; fsub.d	fa4,fa4,fa2
; fadd.d	fa2,fa5,fa5
; addiw	a0,a0,1
; fadd.d	fa5,fa4,fa0
; fmadd.d	fa3,fa2,fa3,fa1
; fmul.d	fa4,fa5,fa5
; fmul.d	fa2,fa3,fa3
; fadd.d	ft0,fa4,fa2
; flt.d	a5,ft0,ft1
; bnez	a5,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  cmp r8, rsi
  13  nop 
  14  je out
  20  vsubsd xmm0, xmm9, xmm11
  25  vaddsd xmm1, xmm8, xmm8
  30  add r8d, 1
  34  movsxd r8, r8d
  37  vaddsd xmm8, xmm0, xmm13
  42  vmovaps xmm6, xmm1
  46  vfmadd213sd xmm6, xmm10, xmm12
  51  vucomisd xmm6, xmm6
  55  jp out
  61  vmovaps xmm10, xmm6
  65  vmulsd xmm9, xmm8, xmm8
  70  vmulsd xmm11, xmm10, xmm10
  75  vaddsd xmm14, xmm9, xmm11
  80  vcomisd xmm16, xmm14
  86  seta cl
  89  movzx eax, cl
  92  mov ebx, eax
  94  vucomisd xmm14, xmm14
  99  jp out
 105  cmp dword ptr [vcpu], 0
 109  jne out
 115  test eax, eax
 117  nop 
 118  jne out
 124  nop dword ptr [rax]
 127  jmp out
31 instructions, 132 bytes; 170 bytes out of line
== rv64 u newton
1aa777d3 17fd 02a7f553 12d57553 fee799e3
--
; fdiv.d	fa5,fa4,fa0
; addi	a5,a5,-1
; fadd.d	fa0,fa5,fa0
; fmul.d	fa0,fa0,fa3
; bne	a5,a4,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  vdivsd xmm8, xmm9, xmm13
  15  add rbx, -1
  19  vaddsd xmm0, xmm8, xmm13
  24  vmulsd xmm13, xmm0, xmm10
  29  vucomisd xmm13, xmm13
  34  jp out
  40  cmp dword ptr [vcpu], 0
  44  jne out
  50  cmp rbx, rsi
  53  nop 
  54  jne out
  60  nop dword ptr [rax]
  63  jmp out
15 instructions, 68 bytes; 91 bytes out of line
== rv64 u norm
211c 0521 a2e797d3 c399 22f797d3 a2f517d3 c399 22f78553 fee514e3
--
; fld	fa5,0(a0)
; addi	a0,a0,8
; flt.d	a5,fa5,fa4
; beqz	a5,0x8000000e
; fneg.d	fa5,fa5
; flt.d	a5,fa0,fa5
; beqz	a5,0x80000018
; fmv.d	fa0,fa5
; bne	a0,a4,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  mov rcx, r8
  13  sub rcx, qword ptr [space]
  20  cmp rcx, 0xff8
  27  ja out
  33  mov rdx, qword ptr [space]
  40  vmovsd xmm8, qword ptr [r8 + rdx]
  46  add r8, 8
  50  vcomisd xmm9, xmm8
  55  seta cl
  58  movzx ebx, cl
  61  test rbx, rbx
  64  nop 
  66  je out
  72  vxorps xmm8, xmm8, xmmword ptr [constant]
  80  vcomisd xmm8, xmm13
  85  seta cl
  88  movzx ebx, cl
  91  test rbx, rbx
  94  je out
 100  vmovaps xmm13, xmm8
 105  cmp dword ptr [vcpu], 0
 109  jne out
 115  cmp r8, rsi
 118  jne out
 124  nop dword ptr [rax]
 127  jmp out
28 instructions, 132 bytes; 94 bytes out of line
== rv64 u to double
419c 0521 0591 d20787d3 fef53c27 fee599e3
--
; lw	a5,0(a1)
; addi	a0,a0,8
; addi	a1,a1,4
; fcvt.d.w	fa5,a5,rne
; fsd	fa5,-8(a0)
; bne	a1,a4,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  mov rcx, r11
  13  sub rcx, qword ptr [space]
  20  cmp rcx, 0xffc
  27  ja out
  33  mov rdx, qword ptr [space]
  40  movsxd rbx, dword ptr [r11 + rdx]
  44  add r8, 8
  48  add r11, 4
  52  vxorps xmm8, xmm8, xmm8
  57  vcvtsi2sd xmm8, xmm8, ebx
  61  lea rcx, [r8 - 8]
  65  sub rcx, qword ptr [space]
  72  cmp rcx, 0xff8
  79  ja out
  85  mov rdx, qword ptr [space]
  92  vmovsd qword ptr [r8 + rdx - 8], xmm8
  99  cmp dword ptr [vcpu], 0
 103  jne out
 109  cmp r11, rsi
 112  nop 
 114  jne out
 120  nop dword ptr [rax]
 123  jmp out
25 instructions, 128 bytes; 84 bytes out of line
== rv64 u to int
219c 0511 05a1 c20797d3 fef52e23 fee599e3
--
; fld	fa5,0(a1)
; addi	a0,a0,4
; addi	a1,a1,8
; fcvt.w.d	a5,fa5,rtz
; sw	a5,-4(a0)
; bne	a1,a4,0x80000000
   0  cmp byte ptr [rbp - 8], 0
   4  je out
  10  mov rcx, r11
  13  sub rcx, qword ptr [space]
  20  cmp rcx, 0xff8
  27  ja out
  33  mov rdx, qword ptr [space]
  40  vmovsd xmm8, qword ptr [r11 + rdx]
  46  add r8, 4
  50  add r11, 8
  54  vcvttsd2si ecx, xmm8
  59  cmp ecx, 1
  62  jo out
  68  mov eax, ecx
  70  movsxd rbx, eax
  73  lea rcx, [r8 - 4]
  77  sub rcx, qword ptr [space]
  84  cmp rcx, 0xffc
  91  ja out
  97  mov rdx, qword ptr [space]
 104  mov dword ptr [r8 + rdx - 4], ebx
 109  cmp dword ptr [vcpu], 0
 113  jne out
 119  cmp r11, rsi
 122  jne out
 128  nop dword ptr [rax]
 131  jmp out
27 instructions, 136 bytes; 108 bytes out of line
== rv64 u rotate mix
420c 0056971b 0027d51b 01b6d69b 01e7979b 8f55 8d5d 9f2d 2501 00e547b3 187d 0611 0007069b 2781 fd181ce3
--
; lw	a1,0(a2)
; slliw	a4,a3,0x5
; srliw	a0,a5,0x2
; srliw	a3,a3,0x1b
; slliw	a5,a5,0x1e
; or	a4,a4,a3
; or	a0,a0,a5
; addw	a4,a4,a1
; sext.w	a0,a0
; xor	a5,a0,a4
; addi	a6,a6,-1
; addi	a2,a2,4
; sext.w	a3,a4
; sext.w	a5,a5
; bne	a6,a7,0x80000000
   0  mov rcx, r10
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xffc
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movsxd r11, dword ptr [r10 + rdx]
  34  rorx eax, r9d, 0x1b
  40  rorx r14d, ebx, 2
  46  movsxd r14, r14d
  49  lea esi, [rax + r11]
  53  movsxd rsi, esi
  56  mov r8, r14
  59  mov eax, r8d
  62  xor eax, esi
  64  mov r14, qword ptr [rbp + 0x80]
  71  add r14, -1
  75  mov qword ptr [rbp + 0x80], r14
  82  add r10, 4
  86  mov r9, rsi
  89  movsxd rbx, eax
  92  cmp dword ptr [vcpu], 0
  96  jne out
 102  cmp r14, qword ptr [rbp + 0x88]
 109  nop 
 110  jne out
 116  nop dword ptr [rax]
 119  jmp out
27 instructions, 124 bytes; 68 bytes out of line
== rv64 u sha schedule
414c 5d14 00052303 0195981b 0125d71b 515c 0075d61b 00e5989b 01066633 00e8e8b3 0116de9b 00f6971b 00d6981b 0136de1b 01164633 0035d59b 01d76733 01c86833 8e2d 006787bb 01074733 00a6d69b 9fb1 8f35 9fb9 c13c 0511 faaf13e3
--
; lw	a1,4(a0)
; lw	a3,56(a0)
; lw	t1,0(a0)
; slliw	a6,a1,0x19
; srliw	a4,a1,0x12
; lw	a5,36(a0)
; srliw	a2,a1,0x7
; slliw	a7,a1,0xe
; or	a2,a2,a6
; or	a7,a7,a4
; srliw	t4,a3,0x11
; slliw	a4,a3,0xf
; slliw	a6,a3,0xd
; srliw	t3,a3,0x13
; xor	a2,a2,a7
; srliw	a1,a1,0x3
; or	a4,a4,t4
; or	a6,a6,t3
; xor	a2,a2,a1
; addw	a5,a5,t1
; xor	a4,a4,a6
; srliw	a3,a3,0xa
; addw	a5,a5,a2
; xor	a4,a4,a3
; addw	a5,a5,a4
; sw	a5,64(a0)
; addi	a0,a0,4
; bne	t5,a0,0x80000000
   0  lea rcx, [r8]
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xfc4
  17  ja out
  23  mov r13, qword ptr [space]
  30  movsxd r11, dword ptr [r8 + r13 + 4]
  35  test r13, r13
  38  je out
  44  movsxd r9, dword ptr [r8 + r13 + 0x38]
  49  test r13, r13
  52  je out
  58  movsxd rax, dword ptr [r8 + r13]
  62  mov qword ptr [rbp + 0x30], rax
  66  mov r14d, r11d
  69  shl r14d, 0x19
  73  movsxd r14, r14d
  76  mov esi, r11d
  79  shr esi, 0x12
  82  movsxd rsi, esi
  85  test r13, r13
  88  je out
  94  movsxd rax, dword ptr [r8 + r13 + 0x24]
  99  rorx r14d, r11d, 7
 105  movsxd r14, r14d
 108  rorx r13d, r11d, 0x12
 114  movsxd r13, r13d
 117  mov qword ptr [rbp + 0x88], r13
 124  mov qword ptr [vcpu], rax
 128  mov eax, r9d
 131  shr eax, 0x11
 134  movsxd rax, eax
 137  mov qword ptr [rbp + 0xe8], rax
 144  mov eax, r9d
 147  shr eax, 0x13
 150  movsxd rax, eax
 153  mov qword ptr [rbp + 0xe0], rax
 160  mov rax, r14
 163  xor rax, r13
 166  shr r11d, 3
 170  movsxd r11, r11d
 173  rorx r14d, r9d, 0x11
 179  movsxd r14, r14d
 182  rorx r13d, r9d, 0x13
 188  movsxd r13, r13d
 191  mov qword ptr [rbp + 0x80], r13
 198  mov r10, rax
 201  xor r10, r11
 204  mov eax, dword ptr [vcpu]
 207  add eax, dword ptr [rbp + 0x30]
 210  xor r14, r13
 213  shr r9d, 0xa
 217  movsxd r9, r9d
 220  add eax, r10d
 223  mov rsi, r14
 226  xor rsi, r9
 229  lea ebx, [rax + rsi]
 232  movsxd rbx, ebx
 235  lea rcx, [r8 + 0x40]
 239  sub rcx, qword ptr [space]
 246  cmp rcx, 0xffc
 253  ja out
 259  mov rdx, qword ptr [space]
 266  mov dword ptr [r8 + rdx + 0x40], ebx
 271  add r8, 4
 275  cmp dword ptr [vcpu], 0
 279  jne out
 285  cmp qword ptr [rbp + 0xf0], r8
 292  nop 
 294  jne out
 300  nop dword ptr [rax]
 303  jmp out
71 instructions, 308 bytes; 256 bytes out of line
== rv64 u bubble
ffc7a683 4398 00d75563 c394 fee7ae23 0791 fea797e3
--
; lw	a3,-4(a5)
; lw	a4,0(a5)
; bge	a4,a3,0x80000010
; sw	a3,0(a5)
; sw	a4,-4(a5)
; addi	a5,a5,4
; bne	a5,a0,0x80000000
   0  lea rcx, [rbx - 4]
   4  sub rcx, qword ptr [space]
  11  cmp rcx, 0xff8
  18  ja out
  24  mov r13, qword ptr [space]
  31  movsxd r9, dword ptr [rbx + r13 - 4]
  36  test r13, r13
  39  je out
  45  movsxd rsi, dword ptr [rbx + r13]
  49  cmp rsi, r9
  52  nop 
  54  jge out
  60  lea rcx, [rbx - 4]
  64  sub rcx, qword ptr [space]
  71  cmp rcx, 0xff8
  78  ja out
  84  mov r13, qword ptr [space]
  91  mov dword ptr [rbx + r13], r9d
  95  test r13, r13
  98  je out
 104  mov dword ptr [rbx + r13 - 4], esi
 109  add rbx, 4
 113  cmp dword ptr [vcpu], 0
 117  jne out
 123  cmp rbx, r8
 126  jne out
 132  nop dword ptr [rax]
 135  jmp out
28 instructions, 140 bytes; 108 bytes out of line
== rv64 u search
00a587b3 8385 00279713 9736 feb566e3 8082 00178513 b7ed
--
; add	a5,a1,a0
; srli	a5,a5,0x1
; slli	a4,a5,0x2
; add	a4,a4,a3
; bltu	a0,a1,0x7ffffff8
; ret
; addi	a0,a5,1
; j	0x80000000
   0  lea rbx, [r11 + r8]
   4  shr rbx, 1
   8  lea rsi, [r9 + rbx*4]
  12  cmp r8, r11
  15  jae 100
  21  mov rax, qword ptr [vcpu]
  25  add rax, -8
  29  mov ecx, eax
  31  and ecx, 0x7ffe
  37  cmp rax, qword ptr [jump entry]
  45  jne out
  51  cmp dword ptr [jump entry], 0
  63  jne out
  69  cmp dword ptr [vcpu], 0
  73  jne out
  79  mov edx, dword ptr [jump entry]
  87  and rax, 0xfffffffffffff000
  94  mov qword ptr [vcpu], rax
  98  jmp out
 100  mov rax, qword ptr [rbp + 8]
 104  and rax, 0xfffffffffffffffe
 108  cmp rax, qword ptr [rsp + 8]
 113  jne 116
 115  ret 
 116  mov rsp, qword ptr [vcpu]
 120  mov ecx, eax
 122  and ecx, 0x7ffe
 128  cmp rax, qword ptr [jump entry]
 136  jne out
 142  cmp dword ptr [jump entry], 0
 154  jne out
 160  cmp dword ptr [vcpu], 0
 164  jne out
 170  mov edx, dword ptr [jump entry]
 178  and rax, 0xfffffffffffff000
 185  mov qword ptr [vcpu], rax
 189  jmp out
37 instructions, 191 bytes; 0 bytes out of line
== rv64 u find max
00351793 97c2 6290 639c 06a1 00c7d363 853a 0705 fee596e3
--
; slli	a5,a0,0x3
; add	a5,a5,a6
; ld	a2,0(a3)
; ld	a5,0(a5)
; addi	a3,a3,8
; bge	a5,a2,0x80000012
; mv	a0,a4
; addi	a4,a4,1
; bne	a1,a4,0x80000000
   0  mov rax, qword ptr [rbp + 0x80]
   7  lea rbx, [rax + r8*8]
  11  mov rcx, r9
  14  sub rcx, qword ptr [space]
  21  cmp rcx, 0xff8
  28  ja out
  34  mov rdx, qword ptr [space]
  41  mov r10, qword ptr [r9 + rdx]
  45  mov rcx, rbx
  48  sub rcx, qword ptr [space]
  55  cmp rcx, 0xff8
  62  ja out
  68  mov rdx, qword ptr [space]
  75  mov rbx, qword ptr [rbx + rdx]
  79  add r9, 8
  83  cmp rbx, r10
  86  jge out
  92  mov r8, rsi
  95  add rsi, 1
  99  cmp dword ptr [vcpu], 0
 103  jne out
 109  cmp r11, rsi
 112  nop 
 114  jne out
 120  nop dword ptr [rax]
 123  jmp out
26 instructions, 128 bytes; 86 bytes out of line
== rv64 u bits
fff78713 8ff9 2505 ffe5
--
; addi	a4,a5,-1
; and	a5,a5,a4
; addiw	a0,a0,1
; bnez	a5,0x80000000
   0  lea rsi, [rbx - 1]
   4  and rbx, rsi
   7  add r8d, 1
  11  movsxd r8, r8d
  14  cmp dword ptr [vcpu], 0
  18  jne out
  24  test rbx, rbx
  27  nop dword ptr [rax]
  30  jne out
  36  nop dword ptr [rax]
  39  jmp out
11 instructions, 44 bytes; 51 bytes out of line
== rv64 u reverse
fff5c703 00054783 15fd 0505 fee50fa3 00f58023 feb566e3
--
; lbu	a4,-1(a1)
; lbu	a5,0(a0)
; addi	a1,a1,-1
; addi	a0,a0,1
; sb	a4,-1(a0)
; sb	a5,0(a1)
; bltu	a0,a1,0x80000000
   0  lea rcx, [r11 - 1]
   4  sub rcx, qword ptr [space]
  11  cmp rcx, 0xfff
  18  ja out
  24  mov rdx, qword ptr [space]
  31  movzx esi, byte ptr [r11 + rdx - 1]
  37  mov rcx, r8
  40  sub rcx, qword ptr [space]
  47  cmp rcx, 0xfff
  54  ja out
  60  mov rdx, qword ptr [space]
  67  movzx ebx, byte ptr [r8 + rdx]
  72  add r11, -1
  76  add r8, 1
  80  lea rcx, [r8 - 1]
  84  sub rcx, qword ptr [space]
  91  cmp rcx, 0xfff
  98  ja out
 104  mov rdx, qword ptr [space]
 111  mov byte ptr [r8 + rdx - 1], sil
 116  mov rcx, r11
 119  sub rcx, qword ptr [space]
 126  cmp rcx, 0xfff
 133  ja out
 139  mov rdx, qword ptr [space]
 146  mov byte ptr [r11 + rdx], bl
 150  cmp dword ptr [vcpu], 0
 154  jne out
 160  cmp r8, r11
 163  nop dword ptr [rax]
 166  jb out
 172  nop dword ptr [rax]
 175  jmp out
33 instructions, 180 bytes; 99 bytes out of line
== rv64 u upper
f9f7871b 0ff77713 3781 00e6e463 00f50023 00154783 0505 f7e5
--
; addiw	a4,a5,-97
; zext.b	a4,a4
; addiw	a5,a5,-32
; bltu	a3,a4,0x80000012
; sb	a5,0(a0)
; lbu	a5,1(a0)
; addi	a0,a0,1
; bnez	a5,0x80000000
   0  lea esi, [rbx - 0x61]
   3  movsxd rsi, esi
   6  movzx esi, sil
  10  add ebx, -0x20
  13  movsxd rbx, ebx
  16  cmp r9, rsi
  19  nop dword ptr [rax]
  22  jb out
  28  lea rcx, [r8]
  31  sub rcx, qword ptr [space]
  38  cmp rcx, 0xffe
  45  ja out
  51  mov r13, qword ptr [space]
  58  mov byte ptr [r8 + r13], bl
  62  test r13, r13
  65  je out
  71  movzx ebx, byte ptr [r8 + r13 + 1]
  77  add r8, 1
  81  cmp dword ptr [vcpu], 0
  85  jne out
  91  test rbx, rbx
  94  jne out
 100  nop dword ptr [rax]
 103  jmp out
24 instructions, 108 bytes; 84 bytes out of line
== rv64 u decimal
00174603 00251793 97aa 0006851b fd06069b 0786 0ff6f613 0705 953e fec5f2e3
--
; lbu	a2,1(a4)
; slli	a5,a0,0x2
; add	a5,a5,a0
; sext.w	a0,a3
; addiw	a3,a2,-48
; slli	a5,a5,0x1
; zext.b	a2,a3
; addi	a4,a4,1
; add	a0,a0,a5
; bgeu	a1,a2,0x80000000
   0  lea rcx, [rsi + 1]
   4  sub rcx, qword ptr [space]
  11  cmp rcx, 0xfff
  18  ja out
  24  mov rdx, qword ptr [space]
  31  movzx eax, byte ptr [rsi + rdx + 1]
  36  lea r14, [r8 + r8*4]
  40  movsxd r13, r9d
  43  lea r9d, [rax - 0x30]
  47  movsxd r9, r9d
  50  lea rbx, [r14 + r14]
  54  movzx r10d, r9b
  58  add rsi, 1
  62  lea r8, [r13 + rbx]
  67  cmp dword ptr [vcpu], 0
  71  jne out
  77  cmp r11, r10
  80  nop 
  82  jae out
  88  nop dword ptr [rax]
  91  jmp out
21 instructions, 96 bytes; 64 bytes out of line
== rv64 u spin
411c dffd
--
; lw	a5,0(a0)
; beqz	a5,0x80000000
   0  mov rcx, r8
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xffc
  17  ja out
  23  mov rdx, qword ptr [space]
  30  movsxd rbx, dword ptr [r8 + rdx]
  34  cmp dword ptr [vcpu], 0
  38  jne out
  44  test rbx, rbx
  47  nop dword ptr [rax]
  50  je out
  56  nop dword ptr [rax]
  59  jmp out
13 instructions, 64 bytes; 64 bytes out of line
== rv64 u mul 128
6198 0521 05a1 02e606b3 02e63733 97b6 00d7b6b3 fef53c23 00e687b3 feb812e3
--
; ld	a4,0(a1)
; addi	a0,a0,8
; addi	a1,a1,8
; mul	a3,a2,a4
; mulhu	a4,a2,a4
; add	a5,a5,a3
; sltu	a3,a5,a3
; sd	a5,-8(a0)
; add	a5,a3,a4
; bne	a6,a1,0x80000000
   0  mov rcx, r11
   3  sub rcx, qword ptr [space]
  10  cmp rcx, 0xff8
  17  ja out
  23  mov rdx, qword ptr [space]
  30  mov rax, qword ptr [r11 + rdx]
  34  add r8, 8
  38  add r11, 8
  42  mov r14, r10
  45  imul r14, rax
  49  mov rdx, r10
  52  mulx rcx, rdx, rax
  57  mov rsi, rcx
  60  add rbx, r14
  63  cmp rbx, r14
  66  setb cl
  69  movzx r9d, cl
  73  lea rcx, [r8 - 8]
  77  sub rcx, qword ptr [space]
  84  cmp rcx, 0xff8
  91  ja out
  97  mov rdx, qword ptr [space]
 104  mov qword ptr [r8 + rdx - 8], rbx
 109  lea rbx, [r9 + rsi]
 113  cmp dword ptr [vcpu], 0
 117  jne out
 123  cmp qword ptr [rbp + 0x80], r11
 130  jne out
 136  nop dword ptr [rax]
 139  jmp out
30 instructions, 144 bytes; 80 bytes out of line
