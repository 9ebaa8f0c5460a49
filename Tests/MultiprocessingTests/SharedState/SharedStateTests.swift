import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 3]

private struct Refusal: Error {}

/// For processes, whose expectations nobody hears of: an error ends them with a status that is not 0.
private func check(_ condition: Bool) throws { if !condition { throw Refusal() } }

@Suite("Shared state")
struct SharedStateTests {
    @Test("no update of a shared value is lost, whoever makes it", arguments: sizes)
    func updates(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let counter = try SharedValue(0)
                let processes = (0..<4).map { _ in
                    Process { for _ in 0..<100 { try counter.update { $0 += 1 } } }
                }
                for process in processes { try process.start() }
                for _ in 0..<100 { try counter.update { $0 += 1 } }
                for process in processes { try process.join() }
                #expect(processes.map(\.exitCode) == [0, 0, 0, 0])
                #expect(try counter.get() == 500)
                try counter.set(-1)
                #expect(try counter.get() == -1)
            }
        }
    }

    @Test(
        "an update that throws, or whose process is killed, changes nothing and holds up nobody",
        arguments: sizes
    )
    func failedUpdates(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let value = try SharedValue([1])
                #expect(throws: Refusal.self) {
                    try value.update { (numbers: inout [Int]) -> Void in
                        numbers.append(2)
                        throw Refusal()
                    }
                }
                #expect(try value.get(timeout: .seconds(20)) == [1])
                let begun = try Queue<Bool>()
                let process = Process {
                    try value.update { numbers in
                        numbers.append(3)
                        try begun.put(true)
                        waitForTheEnd()
                    }
                }
                try process.start()
                #expect(try begun.get(timeout: .seconds(20)))
                #expect(kindOfError { _ = try value.get(timeout: .zero) } == .timedOut)
                process.kill()
                #expect(try value.get(timeout: .seconds(20)) == [1])
            }
        }
    }

    @Test("an update of an element that is not there is an error, after which the others have access")
    func updatesOutOfRange() async throws {
        try await onRanks(nil) {
            try withProcesses {
                let list = try SharedList([1, 2])
                let array = try SharedArray([1, 2])
                for index in [2, -3, .max, .min] {
                    #expect(kindOfError { try list.update(at: index) { $0 += 1 } } == .outOfRange)
                    #expect(kindOfError { try array.update(at: index) { $0 += 1 } } == .outOfRange)
                    try list.update(at: 0, timeout: .seconds(20)) { $0 += 1 }
                    try array.update(at: 0, timeout: .seconds(20)) { $0 += 1 }
                }
                #expect(try list.elements() == [5, 2])
                let process = Process {
                    guard kindOfError({ try list.update(at: 2) { $0 += 1 } }) == .outOfRange else { exit(7) }
                    try list.update(at: 1, timeout: .seconds(20)) { $0 += 1 }
                }
                try process.start()
                #expect(try process.join(timeout: .seconds(30)))
                #expect(process.exitCode == 0)
            }
            try await withProcesses {
                let list = try SharedList([1])
                let kind = await kindOfAsyncError { try await list.update(at: 1) { $0 += 1 } }
                #expect(kind == .outOfRange)
                try await list.update(at: 0, timeout: .seconds(20)) { $0 += 1 }
            }
        }
    }

    @Test("a shared value used inside its own update is an error, not a wait without end")
    func nestedUse() async throws {
        try await onRanks(nil) {
            try withProcesses {
                let value = try SharedValue(1)
                let other = try SharedValue(10)
                let kind = try value.update { _ in kindOfError { _ = try value.get() } }
                #expect(kind == .misuse)
                // Another one is fine.
                #expect(
                    try value.update {
                        $0 += try other.get()
                        return $0
                    } == 11
                )
            }
        }
    }

    @Test("a shared list is one list for all, in every method", arguments: sizes)
    func list(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let list = try SharedList(["b", "c"])
                let process = Process {
                    try list.insert("a", at: 0)
                    try list.append("e")
                    try list.append(contentsOf: ["f", "g"])
                    try list.insert("d", at: 3)
                    try list.set(-1, to: "z")
                    try check(try list.remove() == "z")
                    try check(try list.remove(at: 0) == "a")
                    try list.update(at: 0) { $0 += "!" }
                }
                try process.start()
                try process.join()
                #expect(process.exitCode == 0)
                #expect(try list.elements() == ["b!", "c", "d", "e", "f"])
                #expect(try list.count() == 5)
                #expect(try list.get(1) == "c")
                #expect(try list.get(-1) == "f")
                #expect(try list.get(1..<3) == ["c", "d"])
                try list.reverse()
                #expect(
                    try list.update {
                        $0.sort()
                        return $0.count
                    } == 5
                )
                #expect(try list.elements() == ["b!", "c", "d", "e", "f"])
                #expect(kindOfError { _ = try list.get(5) } == .outOfRange)
                #expect(kindOfError { try list.set(-6, to: "") } == .outOfRange)
                try list.removeAll()
                #expect(kindOfError { try list.remove() } == .outOfRange)
            }
        }
    }

    @Test("a shared array keeps its length, and numbers their places", arguments: sizes)
    func array(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let array = try SharedArray(repeating: 0.0, count: 4)
                let processes = (0..<4).map { index in
                    Process { for _ in 0..<25 { try array.update(at: index) { $0 += Double(index) } } }
                }
                for process in processes { try process.start() }
                for process in processes { try process.join() }
                #expect(try array.elements() == [0, 25, 50, 75])
                try array.update { $0[3] = $0[1] + $0[2] }
                #expect(try array.get(2..<4) == [50, 75])
                try array.set(0, to: -1)
                #expect(try array.get(0) == -1)
                #expect(array.count == 4)
                #expect(kindOfError { _ = try array.get(4) } == .outOfRange)
                #expect(kindOfError { _ = try SharedArray(repeating: 0, count: -1) } == .misuse)
            }
        }
    }

    @Test("a shared dictionary is one dictionary for all, in every method", arguments: sizes)
    func dictionary(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let counts = try SharedDictionary<String, Int>()
                let words = ["b", "a", "b", "c", "b"]
                let processes = (0..<3).map { _ in
                    Process { for word in words { try counts.update(word) { $0 = ($0 ?? 0) + 1 } } }
                }
                for process in processes { try process.start() }
                for process in processes { try process.join() }
                #expect(try counts.dictionary() == ["a": 3, "b": 9, "c": 3])
                #expect(try counts.keys().first == "b")
                #expect(try counts.get("b") == 9)
                #expect(try counts.get("x") == nil)
                #expect(try counts.get("x", orSet: 5) == 5)
                #expect(try counts.get("x", orSet: 6) == 5)
                #expect(try counts.count() == 4)
                #expect(try counts.remove("a") == 3)
                #expect(try counts.remove("a") == nil)
                try counts.merge(["y": 1, "b": 0])
                #expect(try counts.removeLast()?.key == "y")
                try counts.update("c") { $0 = nil }
                #expect(try counts.pairs().map(\.key) == ["b", "x"])
                #expect(try counts.values() == [0, 5])
                try counts.update { $0["new"] = $0.removeValue(forKey: "b") }
                #expect(try counts.keys() == ["x", "new"])
                try counts.removeAll()
                #expect(try counts.removeLast() == nil)
            }
        }
    }

    @Test("a namespace has values of many types, and gives each back as what it is", arguments: sizes)
    func namespace(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let namespace = try Namespace()
                try namespace.set("number", to: 1)
                try namespace.set("parcel", to: Parcel.example)
                let process = Process {
                    try check(try namespace.get("number", as: Int.self) == 1)
                    try check(try namespace.get("parcel", as: Parcel.self) == Parcel.example)
                    try check(kindOfError { _ = try namespace.get("number", as: String.self) } == .coding)
                    try namespace.set("number", to: "one")
                    try namespace.update("count", as: Int.self) { $0 = ($0 ?? 40) + 2 }
                }
                try process.start()
                try process.join()
                #expect(process.exitCode == 0)
                #expect(try namespace.get("number") == "one")
                #expect(try namespace.get("count") == 42)
                #expect(try namespace.names() == ["number", "parcel", "count"])
                #expect(try namespace.remove("parcel"))
                #expect(try !namespace.remove("parcel"))
                #expect(try namespace.get("parcel", as: Parcel.self) == nil)
            }
        }
    }

    @Test("the awaited methods give the same", arguments: [nil, 3] as [Int?])
    func awaited(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let value = try SharedValue(1)
                await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask { for _ in 0..<10 { try await value.update { $0 += 1 } } }
                    }
                }
                #expect(try await value.get() == 81)
                let list = try SharedList<Int>()
                try await list.append(3)
                try await list.append(contentsOf: [1, 2])
                try await list.update { $0.sort() }
                #expect(try await list.elements() == [1, 2, 3])
                let dictionary = try SharedDictionary<Int, String>()
                try await dictionary.set(7, to: "seven")
                #expect(try await dictionary.get(7) == "seven")
                #expect(try await dictionary.remove(7) == "seven")
            }
        }
    }

    @Test("a block that got the name of one that was unlinked is not taken for it", arguments: [true, false])
    func memoryOfSameName(byMaker: Bool) async throws {
        try await onRanks(nil, arguments: ["\(byMaker)"]) {
            let byMaker = try RankCheck.argument(0, as: Bool.self)
            let name = "swift-mpi-test-again.\(getpid())"
            let descriptor = try withProcesses { () -> Int32 in
                let block = try SharedMemory(name: name, byteCount: 10)
                if byMaker {
                    block.unlink()
                } else {
                    try SharedMemory(attachingTo: name).unlink()
                }
                // Another program makes one.
                return shm_open("/" + name, O_RDWR | O_CREAT | O_EXCL, 0o600)
            }
            #expect(try #require(descriptor) >= 0)
            #expect(access("/dev/shm/\(name)", F_OK) == 0)
            shm_unlink("/" + name)
        }
    }

    @Test("processes of one machine share memory by its name, and it is gone at the end", arguments: sizes)
    func memory(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            try withProcesses {
                let block = try SharedMemory(count: 1000, of: Int.self)
                let process = Process {
                    try block.withElements(of: Int.self) { numbers in
                        for index in numbers.indices { numbers[index] = index * index }
                    }
                }
                try process.start()
                try process.join()
                #expect(process.exitCode == 0)
                #expect(try block.withElements(of: Int.self) { $0[999] } == 998_001)
                #expect(try block.withBytes { $0.byteCount } == 8000)
                let again = try SharedMemory(attachingTo: block.name)
                try again.withElements(of: Int.self) { $0[0] = -1 }
                #expect(try block.withElements(of: Int.self) { $0[0] } == -1)
                block.close()
                #expect(kindOfError { try block.withBytes { _ in } } == .closed)
                #expect(try again.withElements(of: Int.self) { $0[0] } == -1)
                again.unlink()
                #expect(kindOfError { _ = try SharedMemory(attachingTo: block.name) } == .notFound)
                #expect(kindOfError { _ = try SharedMemory(byteCount: 0) } == .misuse)
                #expect(kindOfError { _ = try SharedMemory(name: "a/b", byteCount: 1) } == .misuse)
                let named = try SharedMemory(name: "swift-mpi-test.\(getpid())", byteCount: 10)
                #expect(kindOfError { _ = try SharedMemory(name: named.name, byteCount: 10) } == .resources)
                print("left with \(named.name)")
            }
        }
        let name = try #require(result.output.firstMatch(of: /left with (\S+)/)?.1)
        #expect(access("/dev/shm/\(name)", F_OK) != 0)
    }
}
