// SPDX-License-Identifier: MIT
// The command line: what QEMU's spellings become, and what each mistake is told.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/suite.h"
#include "ui/chardev.h"
#include "ui/keyval.h"
#include "ui/options.h"

static char error[1024];

// Splits at single spaces; '~' in a word stands for a space.
static bool parse_as(Options *o, const char *program, const char *line) {
    static char words[64][256];
    char *argv[64], *copy = strdup(line), *rest = copy, *word;
    int argc = 0;
    error[0] = 0;
    snprintf(words[argc], sizeof(words[0]), "%s", program);
    argv[argc] = words[argc], argc++;
    while ((word = strsep(&rest, " "))) {
        if (!*word) continue;
        snprintf(words[argc], sizeof(words[0]), "%s", word);
        for (char *c = words[argc]; *c; c++)
            if (*c == '~') *c = ' ';
        argv[argc] = words[argc], argc++;
    }
    free(copy);
    return options_parse(o, argc, argv, error, sizeof(error));
}

static void parse(Options *o, const char *line) {
    bool ok = parse_as(o, "myna-system-riscv64", line);
    ck_assert_msg(ok, "'%s': %s", line, error);
}

static void check_refused(const char *line, const char *expected) {
    Options o;
    bool ok = parse_as(&o, "/usr/bin/myna-system-riscv64", line);
    options_free(&o);
    ck_assert_msg(!ok, "'%s' was accepted", line);
    ck_assert_msg(strstr(error, expected), "'%s' was told \"%s\", not \"%s\"", line, error, expected);
    ck_assert_msg(!strchr(error, '\n'), "more than a line: %s", error);
}

START_TEST(test_linux_boot) {
    Options o;
    parse(&o, "-M virt -cpu rv64,zba=off -smp 4 -m 1G -nographic -bios fw.bin -kernel Image -initrd i.gz "
              "-append console=ttyS0~quiet");
    ck_assert_int_eq(o.action, ACTION_RUN);
    ck_assert_str_eq(o.spec.target, "riscv64");
    ck_assert_str_eq(o.spec.machine, "virt");
    ck_assert_str_eq(o.spec.cpu, "rv64,zba=off");
    ck_assert_uint_eq(o.spec.smp, 4);
    ck_assert(o.spec.ram_size == 1ull << 30);
    ck_assert_str_eq(o.spec.append, "console=ttyS0 quiet");
    ck_assert_str_eq(o.spec.bios, "fw.bin");
    ck_assert(!o.spec.single_thread);
    ck_assert_uint_eq(o.spec.serials.n, 1);
    ck_assert_str_eq(o.spec.serials.item[0], "mon:stdio");
    options_free(&o);
}
END_TEST

START_TEST(test_sizes) {
    static const struct {
        const char *text;
        uint64_t size;
    } cases[] = {{"512", 512ull << 20},
                 {"512M", 512ull << 20},
                 {"2G", 2ull << 30},
                 {"size=65536k", 64 << 20},
                 {"1g,slots=2,maxmem=4G", 1 << 30}};
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Options o;
        char line[80];
        snprintf(line, sizeof(line), "-M virt -m %s", cases[i].text);
        parse(&o, line);
        ck_assert_msg(o.spec.ram_size == cases[i].size, "%s", cases[i].text);
        options_free(&o);
    }
    check_refused("-M virt -fw_cfg name=opt/x", "file=FILE or name=NAME,string=TEXT");
    check_refused("-M virt -fw_cfg name=opt/x,file=a,string=b", "file=FILE or name=NAME,string=TEXT");
    check_refused("-M virt -m 1X", "a size is expected");
    check_refused("-M virt -m -5", "a size is expected");
    check_refused("-M virt -m 0", "64 KiB at least");
    check_refused("-M virt -m 99999999999999999999", "a size is expected");
    check_refused("-M virt -m 99999999999G", "a size is expected"); // does not fit 64 bits
    check_refused("-M virt -m 1048576G", "no room");
}
END_TEST

START_TEST(test_near_matches) {
    check_refused("-M vrit", "unknown machine 'vrit'; did you mean 'virt'?");
    check_refused("-M virt -kernle x", "unknown option '-kernle'; did you mean '-kernel'?");
    check_refused("-M virt --apend x", "did you mean '-append'?");
    check_refused("-M virt,alcint=on", "did you mean 'aclint'?");
    check_refused("-M virt -drive flie=x", "unknown -drive key 'flie'; did you mean 'file'?");
    check_refused("-M virt -chardev scoket,id=a", "did you mean 'socket'?");
    check_refused("-M virt -serial stido", "did you mean 'stdio'?");
    check_refused("-M virt -netdev user,id=n,hostfw=tcp::1-:2", "did you mean 'hostfwd'?");
    check_refused("-M virt -accel tcg,thread=mutli", "multi|single");
}
END_TEST

START_TEST(test_refusals) {
    check_refused("", "no machine");
    check_refused("-M virt -kernel", "-kernel needs a value");
    check_refused("-M virt Image", "-kernel FILE");
    check_refused("-M virt -enable-kvm", "architecture");
    check_refused("-M virt -accel kvm", "-accel tcg");
    check_refused("-M virt -icount shift=1", "does not have this yet");
    check_refused("-M virt -display gtk", "unknown display");
    check_refused("-M virt -display sdl,scaling=none", "integer|smooth");
    check_refused("-M virt -vnc password-file=f", "no address");
    check_refused("-M virt -audiodev wav,id=a", "path=FILE");
    check_refused("-M virt -vga std", "only has 'none'");
    check_refused("-M virt -smp 0", "1 or more");
    check_refused("-M virt -smp 2,maxcpus=4", "cannot be added later");
    check_refused("-M virt -smp 9999", "at most");
    check_refused("-M virt -accel interpreter", "only 'tcg'");
    check_refused("-M virt -serial tcp:1234", "HOST:PORT");
    check_refused("-M virt -chardev file,id=a", "needs a path");
    check_refused("-M virt -chardev stdio", "needs id=");
    check_refused("-M virt -drive format=raw", "file=FILE");
    check_refused("-M virt -drive file=x,if=ide", "none|virtio");
    check_refused("-M virt -drive file=x,if=none,readonly=maybe", "on or off");
    check_refused("-M virt -drive file=x,if=none,id=a -drive file=y,if=none,id=a", "given twice");
    check_refused("-M virt -netdev tap,id=n", "'user' networking");
    check_refused("-M virt -nic user,model=e1000", "virtio-net-device");
    check_refused("-M virt -global virtio-mmio", "TYPE.PROPERTY=VALUE");
    check_refused("-M virt -device virtconsole,chardev=c", "virtio-serial-pci (or virtio-serial-device) before it");
    check_refused("-M virt -device virtio-rng-device,rng=r", "-object rng-random");
    check_refused("-M virt -object rng-radnom,id=a", "did you mean 'rng-random'?");
}
END_TEST

START_TEST(test_other_architecture) {
    Options o;
    ck_assert(!parse_as(&o, "myna-system-riscv63", "-M virt"));
    ck_assert_ptr_nonnull(strstr(error, "did you mean 'riscv64'?"));
    options_free(&o);
    ck_assert(parse_as(&o, "qemu-system-riscv32", "-M virt"));
    ck_assert_str_eq(o.spec.target, "riscv32");
    options_free(&o);
}
END_TEST

START_TEST(test_help_is_no_error) {
    static const struct {
        const char *line;
        Action action;
    } cases[] = {
        {"-M help", ACTION_MACHINES},
        {"-machine ?", ACTION_MACHINES},
        {"-M virt,help", ACTION_MACHINE_PROPS},
        {"-cpu help", ACTION_CPUS},
        {"-cpu rv64,help", ACTION_CPUS},
        {"-device help", ACTION_DEVICES},
        {"-device virtio-blk,help", ACTION_DEVICE_PROPS},
        {"-accel help", ACTION_ACCELS},
        {"-d help", ACTION_CHANNELS},
        {"-display help", ACTION_DISPLAYS},
        {"--version", ACTION_VERSION},
        {"-h", ACTION_HELP},
        {"-M virt -cpu help -bogus", ACTION_CPUS},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Options o;
        parse(&o, cases[i].line);
        ck_assert_msg(o.action == cases[i].action, "%s", cases[i].line);
        options_free(&o);
    }
}
END_TEST

START_TEST(test_disks) {
    Options o;
    parse(&o, "-M virt -drive file=a,,b.img,if=virtio,format=raw -drive file=c,if=none,id=d1,readonly "
              "-device virtio-blk-device,drive=d1");
    ck_assert_uint_eq(o.spec.drives.n, 2);
    ck_assert_str_eq(o.spec.drives.item[0], "file=a,,b.img,if=virtio,format=raw,id=virtio0");
    ck_assert_str_eq(o.spec.drives.item[1], "file=c,if=none,id=d1,readonly=on");
    ck_assert_uint_eq(o.spec.devices.n, 2);
    ck_assert_str_eq(o.spec.devices.item[0], "virtio-blk-pci,drive=virtio0");
    options_free(&o);
}
END_TEST

START_TEST(test_networks) {
    Options o;
    parse(&o,
          "-M virt -nic user,model=virtio-net-device,mac=52:54:00:00:00:01,hostfwd=tcp::2222-:22 -net none");
    ck_assert_str_eq(o.spec.netdevs.item[0], "user,id=nic0,hostfwd=tcp::2222-:22");
    ck_assert_str_eq(o.spec.devices.item[0], "virtio-net-device,netdev=nic0,mac=52:54:00:00:00:01");
    options_free(&o);
    parse(&o, "-M virt -net nic,model=virtio -net user,hostfwd=tcp::1-:2");
    ck_assert_str_eq(o.spec.netdevs.item[0], "user,id=net0,hostfwd=tcp::1-:2");
    ck_assert_str_eq(o.spec.devices.item[0], "virtio-net-pci,netdev=net0");
    options_free(&o);
}
END_TEST

START_TEST(test_serial_devices) {
    Options o;
    parse(&o, "-M virt -chardev null,id=c0 -device virtio-serial -device virtconsole,chardev=c0,id=x");
    ck_assert_uint_eq(o.spec.devices.n, 1);
    ck_assert_str_eq(o.spec.devices.item[0], "virtio-serial-pci,port0=console,port0.chardev=c0");
    options_free(&o);
    parse(&o, "-M virt -device virtio-serial-device,id=s -device virtio-serial-pci -device virtserialport,chardev=a,name=n.0 "
              "-device virtserialport,chardev=b,bus=s.0,nr=3 -device virtconsole,chardev=c,bus=s.0 -device virtconsole,chardev=d,bus=s.0");
    ck_assert_str_eq(o.spec.devices.item[0], "virtio-serial-device,id=s,port3=port,port3.chardev=b,port0=console,port0.chardev=c,"
                                             "port1=console,port1.chardev=d");
    ck_assert_str_eq(o.spec.devices.item[1], "virtio-serial-pci,port1=port,port1.chardev=a,port1.name=n.0");
    options_free(&o);
    check_refused("-M virt -device virtio-serial-pci -device virtserialport,chardev=c,bus=x.0", "no bus 'x.0'");
    check_refused("-M virt -device virtio-serial-pci -device virtserialport,chardev=c,nr=7", "port 7 cannot be had");
    check_refused("-M virt -device virtio-serial-pci -device virtserialport,chardev=c,nr=2 -device virtserialport,chardev=c,nr=2", "port 2 cannot be had");
    check_refused("-M virt -device virtio-serial-pci -device virtserialport", "needs chardev=");
    check_refused("-M virt -chardev qemu-vdagent,id=a,mouse=on", "mouse");
}
END_TEST

START_TEST(test_json) {
    Options o;
    parse(
        &o,
        "-M virt -device {\"driver\":\"virtio-blk-device\",\"drive\":\"d,0\",\"physical_block_size\":4096} "
        "-blockdev {\"driver\":\"raw\",\"node-name\":\"n\",\"file\":{\"driver\":\"file\",\"filename\":\"f\"},"
        "\"read-only\":true} -netdev "
        "{\"type\":\"user\",\"id\":\"n\",\"hostfwd\":[\"tcp::1-:2\",\"tcp::3-:4\"]}");
    ck_assert_str_eq(o.spec.devices.item[0], "virtio-blk-device,drive=d,,0,physical_block_size=4096");
    ck_assert_str_eq(o.spec.blockdevs.item[0],
                     "raw,node-name=n,file.driver=file,file.filename=f,read-only=on");
    ck_assert_str_eq(o.spec.netdevs.item[0], "user,id=n,hostfwd=tcp::1-:2,hostfwd=tcp::3-:4");
    options_free(&o);
    check_refused("-M virt -device {\"driver\":", "no JSON object");
}
END_TEST

START_TEST(test_default_console) {
    static const struct {
        const char *line, *serial;
    } cases[] = {
        {"-M virt", "mon:stdio"},
        {"-M virt -nographic", "mon:stdio"},
        {"-M virt -display none", "null"},
        {"-M virt -nographic -monitor none", "stdio"},
        {"-M virt -monitor stdio", "null"},
        {"-M virt -serial mon:stdio -nographic", "mon:stdio"},
        {"-M virt -nographic -chardev stdio,id=c -device virtio-serial -device virtconsole,chardev=c",
         "null"}};
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Options o;
        parse(&o, cases[i].line);
        ck_assert_uint_eq(o.spec.serials.n, 1);
        ck_assert_str_eq(o.spec.serials.item[0], cases[i].serial);
        options_free(&o);
    }
    Options o;
    parse(&o, "-M virt -nodefaults");
    ck_assert_uint_eq(o.spec.serials.n, 0);
    options_free(&o);
}
END_TEST

START_TEST(test_chardev_forms) {
    static const struct {
        const char *text, *normal;
    } cases[] = {
        {"mon:stdio", "stdio,mux=on,mon=on"},
        {"unix:/tmp/s,server,nowait", "socket,path=/tmp/s,server=on,wait=off"},
        {"unix:/tmp/s,server=on,wait=off", "socket,path=/tmp/s,server=on,wait=off"},
        {"tcp:127.0.0.1:4444,server=on", "socket,server=on,port=4444,host=127.0.0.1"},
        {"tcp:[::1]:44", "socket,port=44,host=::1"},
        {"file:out.log", "file,path=out.log"},
        {"chardev:c", "chardev,id=c"},
        {"vc:80Cx24C", "vc"},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        KeyVals kv;
        ck_assert_msg(chardev_short(&kv, cases[i].text, "-serial", error, sizeof(error)), "%s: %s",
                      cases[i].text, error);
        char *text = keyvals_text(&kv, "backend");
        ck_assert_str_eq(text, cases[i].normal);
        free(text);
        keyvals_free(&kv);
    }
}
END_TEST

START_TEST(test_machine_properties) {
    Options o;
    parse(&o, "-machine virt,dumpdtb=x.dtb,acpi=off -machine accel=tcg -accel tcg,thread=single,tb-size=32 "
              "-object memory-backend-ram,id=r,size=256M "
              "-M memory-backend=r -global driver=virtio-mmio,property=force-legacy,value=false");
    ck_assert_str_eq(o.spec.dumpdtb, "x.dtb");
    ck_assert(o.spec.ram_size == 256 << 20);
    ck_assert(o.spec.single_thread);
    ck_assert_uint_eq(o.spec.engine.cache_size, 32 << 20);
    ck_assert_str_eq(o.spec.globals.item[0], "virtio-mmio.force-legacy=false");
    options_free(&o);
}
END_TEST

int main(void) {
    Suite *s = suite_create("options");
    TCase *t = tcase_create("all");
    tcase_add_test(t, test_linux_boot);
    tcase_add_test(t, test_sizes);
    tcase_add_test(t, test_near_matches);
    tcase_add_test(t, test_refusals);
    tcase_add_test(t, test_other_architecture);
    tcase_add_test(t, test_help_is_no_error);
    tcase_add_test(t, test_disks);
    tcase_add_test(t, test_networks);
    tcase_add_test(t, test_serial_devices);
    tcase_add_test(t, test_json);
    tcase_add_test(t, test_default_console);
    tcase_add_test(t, test_chardev_forms);
    tcase_add_test(t, test_machine_properties);
    suite_add_tcase(s, t);
    return suite_run(s);
}
