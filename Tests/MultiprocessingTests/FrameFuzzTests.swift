import Foundation
import MessageCoding
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Frames that no well-behaved process sends: nothing traps, nothing waits for ever, and who keeps to the rules is served all the same.
@Suite("Mutated frames")
struct FrameFuzzTests {
    @Test("a Host routes or refuses them, and goes on serving the others")
    func host() throws {
        let rig = try HostRig()
        var mutator = FrameMutator(seed: FrameFuzz.seed, corpus: rig.corpus)
        var accepted = 0
        let memory = FrameFuzz.residentKibibytes
        for number in 0..<FrameFuzz.count {
            guard var frame = try? Frame(received: mutator.next()) else { continue }
            accepted += 1
            // A process cannot send in the name of another one: its Host compares.
            frame.source = HostRig.stranger(number)
            rig.host.route(frame)
            if number.isMultiple(of: 500) {
                try rig.endStrangers()
                try rig.checkThatItServes()
            }
        }
        FrameFuzz.report("frames to a Host, \(accepted) of them well-formed", since: memory)
        // Else the mutations no longer get past the header.
        #expect(accepted > FrameFuzz.count / 4)
    }

    @Test("a stream of them is cut into frames or refused")
    func reader() throws {
        let link = try RingMemory(capacity: 1 << 16)
        var mutator = FrameMutator(seed: FrameFuzz.seed, corpus: FrameMutator.plainCorpus)
        var (writer, reader) = (RingWriter(link.ring), FrameReader(link.ring))
        func renew() {
            link.mapping.base.initializeMemory(as: UInt8.self, repeating: 0, count: Ring.controlSize)
            (writer, reader) = (RingWriter(link.ring), FrameReader(link.ring))
        }
        var (frames, refusals) = (0, 0)
        let memory = FrameFuzz.residentKibibytes
        for number in 0..<FrameFuzz.count {
            // A length that is not true swallows whatever follows, until the process ends.
            if number.isMultiple(of: 8) { renew() }
            let bytes = mutator.next()
            do {
                var written = 0
                while written < bytes.count {
                    written += bytes[written...].withUnsafeBytes { writer.write($0) }
                    try reader.look()
                    while try reader.next() != nil { frames += 1 }
                }
            } catch {
                // The link is closed then; what remains of the bytes is of no interest.
                refusals += 1
                renew()
            }
        }
        FrameFuzz.report("pieces of a stream: \(frames) frames, \(refusals) refusals", since: memory)
        #expect(frames > 0 && refusals > 0)
    }

    @Test("as replies they become values or errors")
    func endpoint() throws {
        let outlet = CollectingOutlet()
        let endpoint = HostRig.makeEndpoint(outlet)
        var mutator = FrameMutator(seed: FrameFuzz.seed, corpus: FrameMutator.plainCorpus)
        var (values, errors) = (0, 0)
        let memory = FrameFuzz.residentKibibytes
        for _ in 0..<FrameFuzz.count {
            guard var reply = try? Frame(received: mutator.next()) else { continue }
            let pending = try endpoint.request(endpoint.makeFrame(.get, to: endpoint.host))
            reply.correlation = pending.correlation
            endpoint.deliver(reply)
            // What was no reply has not ended the wait; what was one has.
            var last = Frame(.reply, code: 0, from: endpoint.host, to: endpoint.address)
            last.correlation = pending.correlation
            endpoint.deliver(last)
            do {
                let frame = try pending.wait()
                try frame.checkOutcome(of: "being tried")
                _ = try frame.withBody { try MessageDecoder().decode([String].self, from: $0) }
                values += 1
            } catch {
                errors += 1
            }
            _ = outlet.takeAll()
        }
        FrameFuzz.report("replies to an endpoint: \(values) values, \(errors) errors", since: memory)
        #expect(values > 0 && errors > 0)
    }
}

/// A Host without other ranks, run by hand, with services of every kind.
final class HostRig {
    let host: Multiprocessing.Host
    private let outlet = CollectingOutlet()
    let endpoint: Endpoint
    private(set) var corpus: [[UInt8]] = []

    init() throws {
        endpoint = HostRig.makeEndpoint(outlet)
        host = try Multiprocessing.Host(
            setup: .init(rank: 0, size: 1, epoch: 0, hostName: "here", blockCount: 1),
            transport: LoneTransport(),
            helm: Helm(),
            mainEndpoint: endpoint,
            doorbell: nil,
            server: .executed()
        )
        let orders: [ServiceOrder] = [
            .queue(capacity: nil), .queue(capacity: 2), .pipe(isDuplex: true), .pipe(isDuplex: false),
            .list([[1], [2]]), .dictionary(keys: [[1]], values: [[2]]),
        ]
        var destinations = [Address.host(ofRank: 0), endpoint.address, Address(rank: 0, serial: 999)]
        for order in orders { destinations.append(try makeService(order)) }
        let bodies = try HostRig.bodies()
        for destination in destinations {
            for code in HostRig.codes {
                var frame = Frame(
                    .request,
                    code: code,
                    from: HostRig.stranger(0),
                    to: destination,
                    timeout: .zero
                )
                frame.bytes += bodies[corpus.count % bodies.count]
                frame.seal()
                corpus.append(frame.bytes)
            }
        }
    }

    deinit { host.server.stop() }

    static func stranger(_ number: Int) -> Address {
        Address(rank: 0, serial: 5_000_000 + UInt32(number % 3))
    }

    static func makeEndpoint(_ outlet: any Outlet) -> Endpoint {
        Endpoint(
            address: .main(ofRank: 0),
            parent: .main(ofRank: 0),
            hostName: "here",
            mainRank: 0,
            rankCount: 1,
            startMethod: .forkServer,
            epoch: 0,
            outlet: outlet,
            inlet: nil
        )
    }

    /// Every operation but those by which anybody may end or start things, and the neighbours of the others.
    private static let codes: [UInt16] = {
        let spared: Set<Multiprocessing.Operation> = [
            .placeProcess, .startProcess, .removeService, .createPool,
        ]
        let known = (UInt16(0)...1000).filter { code in
            guard let operation = Multiprocessing.Operation(rawValue: code) else { return false }
            return !spared.contains(operation)
        }
        return known + [0, 99, 199, 299, 399, .max]
    }()

    private static func bodies() throws -> [[UInt8]] {
        let encoder = MessageEncoder()
        return [
            [], [0], try encoder.encode(ServiceOrder.queue(capacity: 3)),
            try encoder.encode(StoreRequest.perform(.element(at: 1))),
            try encoder.encode(StoreRequest.begin(.allPairs)),
            try encoder.encode(StoreRequest.perform(.setValues(keys: [[1]], values: [[3]]))),
            try encoder.encode(StoreRequest.perform(.insert([7], at: -1))),
            try encoder.encode(["a", "b"]), [UInt8](repeating: 0xff, count: 40),
        ]
    }

    func call(_ frame: consuming Frame) throws -> Frame {
        try #require(try begin(frame).next()?.get(), "the Host has not answered")
    }

    /// Sends a request that may not be answered at once.
    func begin(_ frame: consuming Frame) throws -> PendingReply {
        let pending = try endpoint.request(frame)
        for frame in outlet.takeAll() { host.route(frame) }
        return pending
    }

    func makeService(_ order: ServiceOrder) throws -> Address {
        // With a tenure, so that what is said about it is tried, too.
        var frame = endpoint.makeFrame(.createService, to: .host(ofRank: 0), argument: 1)
        try MessageEncoder().encode(order, appendingTo: &frame.bytes)
        let reply = try call(frame)
        try reply.checkOutcome(of: "making a service")
        return Address(rank: 0, serial: UInt32(truncatingIfNeeded: reply.argument))
    }

    /// Uses a new queue as a good process does.
    func checkThatItServes() throws {
        let queue = try makeService(.queue(capacity: 1))
        var put = endpoint.makeFrame(.put, to: queue)
        try MessageEncoder().encode(42, appendingTo: &put.bytes)
        try call(put).checkOutcome(of: "putting")
        let item = try call(endpoint.makeFrame(.get, to: queue))
        try item.checkOutcome(of: "getting")
        #expect(try item.withBody { try MessageDecoder().decode(Int.self, from: $0) } == 42)
        _ = try call(endpoint.makeFrame(.letGo, to: queue))
        #expect(host.services[queue.serial] == nil)
    }

    /// The senders of the mutated frames end: what they wait for is forgotten.
    func endStrangers() throws {
        for number in 0..<3 {
            let end = ProcessEnd(
                address: HostRig.stranger(number),
                parent: .main(ofRank: 0),
                name: "stranger",
                pid: 1,
                status: .signalled(9),
                host: "here"
            )
            host.notify(.processEnded, rank: 0, body: try MessageEncoder().encode(end))
        }
    }
}

/// The way out of an endpoint that leads nowhere: the frames are picked up.
private final class CollectingOutlet: Outlet {
    private let frames = Monitor([Frame]())

    func send(_ frame: consuming Frame) {
        let taken = frame
        frames.withLock { $0.append(taken) }
    }

    func takeAll() -> [Frame] {
        frames.withLock { frames in
            defer { frames = [] }
            return frames
        }
    }
}

/// Makes malformed frames out of good ones, always the same for the same seed.
struct FrameMutator {
    private var random: SeededGenerator
    private let corpus: [[UInt8]]

    init(seed: UInt64, corpus: [[UInt8]]) {
        random = SeededGenerator(state: seed)
        self.corpus = corpus
    }

    /// Good frames of several sizes, with a body that is a value.
    static let plainCorpus: [[UInt8]] = [0, 1, 3, 300].map { count in
        var frame = Frame(
            .reply,
            code: Outcome.done.rawValue,
            from: .host(ofRank: 0),
            to: .main(ofRank: 0),
            reserving: 0
        )
        frame.bytes += (try? MessageEncoder().encode([String](repeating: "word", count: count))) ?? []
        frame.seal()
        return frame.bytes
    }

    /// The next frame; one in eight has a header that is none.
    mutating func next() -> [UInt8] {
        var bytes = corpus[random.below(corpus.count)]
        for _ in 0..<random.below(4) {
            switch random.below(8) {
            case 0: bytes[1] = UInt8(1 + random.below(5))
            case 1: write(number(), at: 24 + 8 * random.below(3), into: &bytes)
            case 2: bytes[2 + random.below(22)] = UInt8(random.below(256))
            case 3, 4:
                if bytes.count > Frame.headerSize {
                    bytes[Frame.headerSize + random.below(bytes.count - Frame.headerSize)] = UInt8(
                        random.below(256)
                    )
                }
            case 5: bytes += (0..<random.below(60)).map { _ in UInt8(random.below(256)) }
            case 6: bytes.removeLast(random.below(bytes.count - Frame.headerSize + 1))
            default: write(number(), at: 16, into: &bytes)
            }
        }
        write(UInt64(bytes.count - Frame.headerSize), at: 48, into: &bytes)
        if random.below(8) == 0 { bytes[[0, 1, 50, 55][random.below(4)]] = UInt8(random.below(256)) }
        return bytes
    }

    private mutating func number() -> UInt64 {
        [0, 1, 2, .max, UInt64(Int64.max), 1 << 63, 1 << 32, QueueService.unfinishedMark, random.next()][
            random.below(9)
        ]
    }

    private func write(_ number: UInt64, at offset: Int, into bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(offset..<offset + 8, with: $0) }
    }
}
