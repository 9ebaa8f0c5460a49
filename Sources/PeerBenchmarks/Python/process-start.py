"""The time of starting a process that does nothing and waiting for its end."""

import multiprocessing

from measure import now, parser, record, samples


def nothing():
    pass


def main():
    options = parser(iterations=100, way="fork").parse_args()
    context = multiprocessing.get_context(options.way)

    def one():
        start = now()
        process = context.Process(target=nothing)
        process.start()
        process.join()
        return now() - start

    def batch():
        return sum(one() for _ in range(options.iterations)) / options.iterations

    values = samples(options.repetitions, batch)
    record("process-start", "start and join", "s", values, [one() for _ in range(options.iterations)])


if __name__ == "__main__":
    main()
