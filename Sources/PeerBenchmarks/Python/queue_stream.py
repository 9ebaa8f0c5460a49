"""What a queue costs. (A file named queue.py would stand in for the module of the library.)"""

import multiprocessing

from measure import now, parser, record, samples

options = parser(iterations=2000, items=100_000).parse_args()
context = multiprocessing.get_context("fork")


def echo(there, back, count):
    for _ in range(count):
        back.put(there.get())


def round_trips():
    there, back = context.Queue(), context.Queue()
    count = (options.repetitions + 1) * options.iterations
    process = context.Process(target=echo, args=(there, back, count))
    process.start()

    def batch():
        start = now()
        for number in range(options.iterations):
            there.put(number)
            back.get()
        return (now() - start) / options.iterations

    values = samples(options.repetitions, batch)
    process.join()
    return values


def put(queue, moments, count):
    start = now()
    for number in range(count):
        queue.put(number)
    moments.put(("start", start))


def get(queue, moments, count):
    moments.put(("ready", now()))
    for _ in range(count):
        queue.get()
    moments.put(("end", now()))


def stream(producers, consumers):
    queue, moments = context.Queue(), context.Queue()
    given = options.items // producers
    taken = given * producers // consumers
    getting = [context.Process(target=get, args=(queue, moments, taken)) for _ in range(consumers)]
    for process in getting:
        process.start()
    for _ in getting:
        moments.get()
    putting = [context.Process(target=put, args=(queue, moments, given)) for _ in range(producers)]
    for process in putting:
        process.start()
    found = [moments.get() for _ in range(producers + consumers)]
    for process in getting + putting:
        process.join()
    start = min(moment for kind, moment in found if kind == "start")
    end = max(moment for kind, moment in found if kind == "end")
    return taken * consumers / (end - start)


record("queue", "round trip", "s", round_trips())
for producers, consumers in [(1, 1), (2, 1), (1, 2)]:
    values = samples(options.repetitions, lambda: stream(producers, consumers))
    record("queue", f"stream {producers}→{consumers}", "1/s", values)
