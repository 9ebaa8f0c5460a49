"""What a pipe costs, between the main program and a process, and between two processes."""

import multiprocessing

from measure import now, parser, record

options = parser(iterations=2000, blocks=100, size=1 << 20).parse_args()


def ask(connection):
    values = []
    for batch in range(options.repetitions + 1):
        start = now()
        for number in range(options.iterations):
            connection.send(number)
            connection.recv()
        if batch > 0:
            values.append((now() - start) / options.iterations)
    return values


def answer(connection):
    for _ in range((options.repetitions + 1) * options.iterations):
        connection.send(connection.recv())


def stream(connection):
    block, values = bytes(options.size), []
    for batch in range(options.repetitions + 1):
        start = now()
        for _ in range(options.blocks):
            connection.send_bytes(block)
        connection.recv_bytes()
        if batch > 0:
            values.append(options.blocks * options.size / (now() - start))
    return values


def drain(connection):
    for _ in range(options.repetitions + 1):
        for _ in range(options.blocks):
            connection.recv_bytes()
        connection.send_bytes(b"\x01")


def with_process(body, main):
    mine, theirs = context.Pipe()
    process = context.Process(target=body, args=(theirs,))
    process.start()
    values = main(mine)
    process.join()
    return values


def report(measure, connection, results):
    results.put(measure(connection))


def between_processes(first, second):
    left, right = context.Pipe()
    results = context.Queue()
    processes = [
        context.Process(target=first, args=(left,)),
        context.Process(target=report, args=(second, right, results)),
    ]
    for process in processes:
        process.start()
    values = results.get()
    for process in processes:
        process.join()
    return values


context = multiprocessing.get_context("fork")
record("pipe", "main, round trip", "s", with_process(answer, ask))
record("pipe", "processes, round trip", "s", between_processes(answer, ask))
record("pipe", f"main, stream of {options.size}", "B/s", with_process(drain, stream))
record("pipe", f"processes, stream of {options.size}", "B/s", between_processes(drain, stream))
