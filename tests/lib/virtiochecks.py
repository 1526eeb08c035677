# SPDX-License-Identifier: MIT
"""What a Linux guest does with a virtio disk, network and random generator, whatever they are plugged into."""
import hashlib
import re
import socket

from console import ConsoleError
from guests import expect_equal, serve_folder

SIZE = 16 << 20


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def check_disk(console, image):
    with open(image, "rb") as f:
        there = hashlib.md5(f.read()).hexdigest()
    expect_equal("the disk as the guest reads it", console.command("md5sum /dev/vda"), (0, f"{there}  /dev/vda\n"))
    # The second half becomes the first one, written behind the cache's back and flushed.
    console.command(f"dd if=/dev/vda of=/dev/vda bs=64k count={SIZE // 131072} seek={SIZE // 131072} conv=fsync")
    with open(image, "rb") as f:
        now = f.read()
    expect_equal("the halves of the image are equal", now[:SIZE // 2] == now[SIZE // 2:], True)


def check_network(console, folder, port):
    console.command("ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0; ip route add default via 10.0.2.2")
    with open(f"{folder}/file", "rb") as f:
        there = hashlib.md5(f.read()).hexdigest()
    with serve_folder(folder) as server:
        answer = console.command(f"wget -q -O /tmp/file http://10.0.2.2:{server}/file; md5sum /tmp/file")
        expect_equal("a file over the network", answer, (0, f"{there}  /tmp/file\n"))
    console.command("(echo from the guest | nc -l -p 7 >/tmp/heard) & sleep 1")
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        s.sendall(b"from the host\n")
        expect_equal("a forwarded port", s.recv(100), b"from the guest\n")
        s.shutdown(socket.SHUT_WR)
        s.recv(1)
    expect_equal("what the guest heard", console.command("cat /tmp/heard"), (0, "from the host\n"))


def check_random(console):
    code, text = console.command("head -c 64 /dev/hwrng | hexdump -v -e '1/1 \"%02x\"'")
    if code or not re.fullmatch("[0-9a-f]{128}", text.strip()) or len(set(text)) < 8:
        raise ConsoleError(f"/dev/hwrng gave {text!r}")
