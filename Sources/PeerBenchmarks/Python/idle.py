"""The share of a core that a program and four waiting processes use, and the time of waking up."""

import multiprocessing
import os
import time

from measure import now, parser, quantile, record, samples

options = parser(seconds=2.0, wake_ups=100, pause=10).parse_args()
context = multiprocessing.get_context("fork")


def wait(over):
    over.get()


def wake(calls, times):
    while (moment := calls.get()) >= 0:
        times.put(now() - moment)


def processor_time(process):
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


calls, times, over = context.Queue(), context.Queue(), context.Queue()
processes = [context.Process(target=wait, args=(over,)) for _ in range(3)]
processes.append(context.Process(target=wake, args=(calls, times)))
for process in processes:
    process.start()

single = []


def wake_ups():
    batch = []
    for _ in range(options.wake_ups):
        time.sleep(options.pause / 1000)
        calls.put(now())
        batch.append(times.get())
    single.extend(batch)
    return quantile(sorted(batch), 0.5)


def share():
    job = [os.getpid()] + [process.pid for process in processes]
    before, start = sum(map(processor_time, job)), now()
    time.sleep(options.seconds)
    return (sum(map(processor_time, job)) - before) / (now() - start)


record("idle", "wake-up", "s", samples(options.repetitions, wake_ups), single)
record("idle", "share of a core", "1", samples(options.repetitions, share))
calls.put(-1)
for _ in range(3):
    over.put(None)
for process in processes:
    process.join()
