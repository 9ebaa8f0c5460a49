import Multiprocessing

/// Runs a function in a process of its own, and gives the exit code.
private func inProcess(_ body: @escaping @Sendable () throws -> Void) throws -> Int? {
    let process = Process(body)
    try process.start()
    try process.join()
    return process.exitCode
}

private func inProcesses(_ count: Int, _ body: @escaping @Sendable () throws -> Void) throws {
    let processes = (0..<count).map { _ in Process(body) }
    for process in processes { try process.start() }
    for process in processes { try process.join() }
}

extension OracleScenario {
    /// See `Python/sharedstate.py`.
    static let sharedState: [OracleScenario] = valuesAndArrays + listsAndDictionaries + namespacesAndMemory

    private static let valuesAndArrays: [OracleScenario] = [
        OracleScenario("value") {
            let value = try SharedValue(7)
            say(try value.get())
            try value.set(8)
            say(try inProcess { try value.update { $0 += 5 } }, try value.get())
        },
        OracleScenario("value_is_updated_by_one_at_a_time") {
            let value = try SharedValue(0)
            try inProcesses(3) { for _ in 0..<50 { try value.update { $0 += 1 } } }
            say(try value.get())
        },
        OracleScenario("value_of_nothing") {
            say(try SharedValue(0.0).get() == 0, try SharedValue(0).get())
        },
        OracleScenario("array") {
            let array = try SharedArray([1, 2, 3])
            say(array.count, try array.get(0), try array.get(2), try array.elements())
            try array.set(1, to: 20)
            say(
                try inProcess {
                    for index in 0..<array.count { try array.update(at: index) { $0 *= $0 } }
                },
                try array.elements()
            )
        },
        OracleScenario("array_of_a_length") {
            let array = try SharedArray(repeating: 0, count: 4)
            say(array.count, try array.elements())
        },
        OracleScenario("array_beyond_its_end") {
            let array = try SharedArray([1, 2, 3])
            say(outcome { _ = try array.get(3) }, outcome { try array.set(3, to: 1) })
            say(try array.get(-1), outcome { _ = try array.get(-4) })
        },
        OracleScenario("parts_of_an_array") {
            let array = try SharedArray(Array(0..<6))
            say(try array.get(1..<4), try array.get(0..<0), try array.get(4..<6))
        },
    ]

    private static let listsAndDictionaries: [OracleScenario] = [
        OracleScenario("shared_list") {
            let numbers = try SharedList([3, 1])
            try numbers.append(2)
            try numbers.append(contentsOf: [5, 4])
            say(try numbers.count(), try numbers.get(0), try numbers.get(-1), try numbers.elements())
            try numbers.set(0, to: 30)
            try numbers.insert(9, at: 1)
            say(
                try numbers.elements(),
                try numbers.remove(),
                try numbers.remove(at: 0),
                try numbers.elements()
            )
            try numbers.reverse()
            say(try numbers.elements(), try numbers.get(1..<3))
            try numbers.removeAll()
            say(try numbers.elements(), try numbers.count())
        },
        OracleScenario("shared_list_beyond_its_end") {
            let numbers = try SharedList([1])
            say(
                outcome { _ = try numbers.get(1) },
                outcome { _ = try numbers.get(-2) },
                outcome { try numbers.set(1, to: 1) }
            )
            say(outcome { try numbers.remove(at: 5) })
            say(try numbers.remove(), outcome { try numbers.remove() })
        },
        OracleScenario(
            "insert_beyond_the_ends_of_a_list",
            differs: Difference(
                "an index beyond the ends is an error everywhere; Python's insert takes the nearest end",
                python: ["[5, 1, 2, 4, 3]"],
                swift: ["no such thing no such thing", "[1, 4, 2]"]
            )
        ) {
            let numbers = try SharedList([1, 2])
            let beyond = outcome { try numbers.insert(3, at: 100) }
            try numbers.insert(4, at: -1)
            say(beyond, outcome { try numbers.insert(5, at: -100) })
            say(try numbers.elements())
        },
        OracleScenario("shared_list_in_processes") {
            let numbers = try SharedList<Int>()
            try inProcesses(2) { for number in 0..<10 { try numbers.append(number) } }
            say(try numbers.count(), try numbers.elements().sorted())
        },
        OracleScenario("shared_dictionary") {
            let ages = try SharedDictionary([(key: "ann", value: 30)])
            try ages.set("bob", to: 40)
            try ages.merge([(key: "ann", value: 31), (key: "cid", value: 50)])
            say(
                try ages.count(),
                try ages.get("ann"),
                try ages.get("bob"),
                try ages.get("dan"),
                try ages.get("cid") != nil,
                try ages.get("dan") != nil
            )
            say(try ages.keys(), try ages.values())
            say(try ages.get("dan", orSet: 1), try ages.get("ann", orSet: 2))
            let (bob, last) = (try ages.remove("bob"), try ages.removeLast())
            say(bob, [last?.key, last?.value] as [Any?], try ages.keys())
            try ages.removeAll()
            say(try ages.count(), try ages.keys())
        },
        OracleScenario("order_of_a_dictionary") {
            let numbers = try SharedDictionary<String, Int>()
            for name in ["z", "a", "m"] { try numbers.set(name, to: 1) }
            try numbers.set("z", to: 2)
            say(try numbers.keys(), try numbers.values())
            try numbers.remove("z")
            try numbers.set("z", to: 3)
            say(try numbers.keys())
        },
        OracleScenario(
            "missing_in_a_dictionary",
            differs: Difference(
                "what may be missing is an optional; Python's popitem raises an error",
                python: ["none none", "no such thing"],
                swift: ["none none", "none"]
            )
        ) {
            let numbers = try SharedDictionary<String, Int>()
            say(try numbers.get("x"), try numbers.remove("x"))
            say(try numbers.removeLast()?.key)
        },
        OracleScenario("shared_dictionary_in_processes") {
            let numbers = try SharedDictionary<String, Int>()
            for name in ["one", "three"] {
                say(try inProcess { try numbers.set(name, to: name.utf8.count) })
            }
            say(try numbers.keys(), try numbers.values())
        },
    ]

    private static let namespacesAndMemory: [OracleScenario] = [
        OracleScenario("namespace") {
            let namespace = try Namespace()
            try namespace.set("x", to: 1)
            say(
                try namespace.get("x", as: Int.self),
                try inProcess {
                    try namespace.set("x", to: 2)
                    try namespace.set("text", to: "from a process")
                },
                try namespace.get("x", as: Int.self),
                try namespace.get("text", as: String.self)
            )
            try namespace.remove("x")
            say(
                try namespace.get("x", as: Int.self) != nil,
                try namespace.get("text", as: String.self) != nil
            )
        },
        OracleScenario("shared_memory") {
            let memory = try SharedMemory(byteCount: 16)
            try memory.withElements(of: UInt8.self) { $0[0] = 7 }
            let name = memory.name
            let exitCode = try inProcess {
                let memory = try SharedMemory(attachingTo: name)
                try memory.withElements(of: UInt8.self) { $0[1] = 42 }
                memory.close()
            }
            let bytes = try memory.withElements(of: UInt8.self) { [$0[0], $0[1], $0[2]] }
            say(exitCode, bytes[0], bytes[1], bytes[2])
            memory.close()
            memory.unlink()
            say(outcome { _ = try SharedMemory(attachingTo: name) })
        },
        OracleScenario("shared_memory_without_size") {
            say(
                outcome { _ = try SharedMemory(byteCount: 0) },
                outcome { _ = try SharedMemory(byteCount: -1) }
            )
        },
    ]
}
