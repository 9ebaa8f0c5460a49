"""A link that is slow and loses frames, for kernels that have no netem.

usage: slow-link.py NAMESPACE MILLISECONDS PERCENT

Makes an interface "slow-bridge" here and one "slow-host" in the network namespace, and carries frames between them: each one
that long, and without that many of a hundred. Prints "ready" when both exist, and goes on until it is ended.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
CLONE_NEWNET = 0x40000000


def make_interface(name):
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return descriptor


def enter_network(path):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path) as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {path}")


def carry(ends, delay, loss):
    chance = random.Random(1)
    under_way = []
    count = 0
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select(ends, [], [], wait)
        for end in readable:
            # All that is there, so that a burst is late once and not once a frame.
            while True:
                try:
                    frame = os.read(end, 65536)
                except BlockingIOError:
                    break
                if chance.random() >= loss:
                    count += 1
                    heapq.heappush(under_way, (time.monotonic() + delay, count, ends[end == ends[0]], frame))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(under_way)
            try:
                os.write(end, frame)
            except OSError:
                pass  # An interface that is not up, or full, loses frames as well.


def main():
    namespace, milliseconds, percent = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    bridge = make_interface("slow-bridge")
    enter_network(f"/run/netns/{namespace}")
    host = make_interface("slow-host")
    print("ready", flush=True)
    carry([bridge, host], milliseconds / 1000, percent / 100)


main()
