"""What tasks of a pool cost: multiprocessing.Pool, ProcessPoolExecutor, mpi4py.futures, or mpi4py.util.pool.

The last two are run as `mpirun -n 3 python -m mpi4py.futures pool.py --way …`, so that there are two workers as well.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from measure import now, parser, record, samples
from tasks import Busy, call, length, nothing


class PoolTasks:
    """A pool as multiprocessing has it."""

    def __init__(self, pool):
        self.pool = pool

    def map(self, function, inputs, chunk_size=None):
        return self.pool.map(function, inputs, chunk_size)

    def apply(self, function):
        return self.pool.apply(function)

    def end(self):
        self.pool.close()
        self.pool.join()


class ExecutorTasks:
    """An executor as concurrent.futures has it; it knows no chunks of a default size."""

    def __init__(self, executor):
        self.executor = executor

    def map(self, function, inputs, chunk_size=1):
        return list(self.executor.map(function, inputs, chunksize=chunk_size))

    def apply(self, function):
        return self.executor.submit(function).result()

    def end(self):
        self.executor.shutdown()


def make_tasks(way, workers):
    if way == "multiprocessing":
        return PoolTasks(multiprocessing.get_context("fork").Pool(workers))
    if way == "executor":
        return ExecutorTasks(ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")))
    if way == "mpi-futures":
        from mpi4py.futures import MPIPoolExecutor

        return ExecutorTasks(MPIPoolExecutor(workers))
    from mpi4py.util.pool import Pool

    return PoolTasks(Pool(workers))


def busy_work(microseconds):
    trial = Busy(100_000)
    times = []
    for seed in range(5):
        start = now()
        trial(seed)
        times.append(now() - start)
    return Busy(round(microseconds * 1e-6 / min(times) * trial.steps))


def main():
    options = parser(
        tasks=10_000,
        items=1_000_000,
        large_tasks=200,
        calls=1000,
        lengths=[1, 10, 100, 1000],
        busy_seconds=0.5,
        way="multiprocessing",
    ).parse_args()
    pool = make_tasks(options.way, 2)

    def rate(case, count, work):
        def batch():
            start = now()
            work()
            return count / (now() - start)

        record("pool", case, "1/s", samples(options.repetitions, batch))

    def count_for(microseconds):
        return max(2, int(options.busy_seconds * 1e6) // max(1, microseconds))

    rate("empty tasks, chunk size 1", options.tasks, lambda: pool.map(nothing, range(options.tasks), 1))
    if isinstance(pool, PoolTasks):
        rate("empty tasks, default chunks", options.items, lambda: pool.map(nothing, range(options.items)))
    arguments = [bytes(1 << 20)] * options.large_tasks
    rate("arguments of 1 MiB", options.large_tasks, lambda: pool.map(length, arguments, 1))
    rate("apply", options.calls, lambda: [pool.apply(call) for _ in range(options.calls)])
    for microseconds in options.lengths:
        work, count = busy_work(microseconds), min(options.tasks, count_for(microseconds))
        rate(f"tasks of {microseconds} µs, chunk size 1", count, lambda: pool.map(work, range(count), 1))
    if options.way == "multiprocessing":
        for microseconds in [15, 1000]:
            work, count = busy_work(microseconds), count_for(microseconds)

            def gain():
                start = now()
                for seed in range(count):
                    work(seed)
                loop = now() - start
                start = now()
                pool.map(work, range(count))
                return loop / (now() - start)

            values = samples(options.repetitions, gain)
            record("pool", f"gain of 2 workers, tasks of {microseconds} µs", "1", values)
    pool.end()


if __name__ == "__main__":
    main()
