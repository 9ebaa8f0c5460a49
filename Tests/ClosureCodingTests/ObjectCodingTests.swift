import ClosureCoding
import Foundation
import Testing

/// A class that declares no Codable and has a superclass with properties of its own.
class Job {
    let name: String
    private var attempts: Int
    init(name: String, attempts: Int) {
        self.name = name
        self.attempts = attempts
    }
    func run() -> String { "\(name) \(attempts)" }
}

class NumberedJob: Job {
    var flags: [Bool] = [true, false]
    let number: Int8
    init(number: Int8) {
        self.number = number
        super.init(name: "numbered", attempts: 2)
    }
}

final class FinalJob: NumberedJob {
    let work: (Int) -> Int
    let pair: (Int8, String)
    var point: Point?
    var speaker: any Speaking
    var counted: Counted?
    private let hiddenValue = hidden(4.5)

    init(work: @escaping (Int) -> Int) {
        self.work = work
        pair = (3, "pair")
        speaker = Point(x: 8, y: 8)
        super.init(number: 7)
    }

    override func run() -> String {
        "\(super.run()) \(flags) \(number) \(work(5)) \(pair) \(point as Any) \(speaker.speak()) \(hiddenValue)"
    }
}

final class EmptyJob {}
private final class GenericJob<Value: Hashable>: Job {
    let table: [Value: Int]
    init(_ table: [Value: Int]) {
        self.table = table
        super.init(name: "generic", attempts: 0)
    }
    override func run() -> String { "\(table)" }
}

final class WeakJob { weak var other: Job? }
final class UnownedJob {
    unowned let other: Job
    init(_ other: Job) { self.other = other }
}
final class LazyJob { lazy var text = "text" }
final class BadJob: Job { var bad = NotPortable(number: 1, text: "") }
actor ActorJob { var number = 1 }
final class FailingJob {
    let first: Counted
    let second: Counted
    init() {
        first = Counted(1)
        second = Counted(-7)
    }
    deinit { Issue.record("the deinit of an object that was never complete has run") }
}

/// Any object as something Codable.
///
/// A closure that captures nothing else would have the object itself as its context.
struct Box: Codable {
    let object: AnyObject
    init(_ object: AnyObject) { self.object = object }
    init(from decoder: any Decoder) throws { object = try ObjectCoding.decode(from: decoder) }
    func encode(to encoder: any Encoder) throws { try ObjectCoding.encode(object, to: encoder) }
}

extension FunctionCase {
    /// An object of a class without Codable, made anew in the other process.
    static let objects: [FunctionCase] = collect { list in
        list.add("object of a class with two superclasses") {
            let number = hidden(3)
            let box = Box(FinalJob { $0 + number })
            return { (box, number).0 }
        } call: {
            "\(($0().object as? Job)?.run() as Any)"
        }
        list.add("object of a private generic class") {
            let (box, number) = (Box(GenericJob([hidden("a"): 3])), hidden(3))
            return { (box, number).0 }
        } call: {
            "\(($0().object as? Job)?.run() as Any)"
        }
        list.add("object without properties") {
            let (box, number) = (Box(hidden(EmptyJob())), hidden(3))
            return { (box, number).0 }
        } call: {
            "\(type(of: $0().object))"
        }
    }
}

@Suite("An object of any class is taken apart and put together again", .serialized)
struct ObjectCodingTests {
    private func refusal(_ object: AnyObject) -> String {
        do {
            _ = try JSONEncoder().encode(Box(object))
            return ""
        } catch let error as ClosureCodingError {
            return error.description
        } catch {
            return ""
        }
    }

    @Test("with an error that names class and property if one cannot travel")
    func refusals() {
        #expect(refusal(WeakJob()).contains("WeakJob.other is a weak"))
        #expect(refusal(UnownedJob(Job(name: "", attempts: 1))).contains("UnownedJob.other"))
        #expect(refusal(LazyJob()).contains("LazyJob.text is a lazy"))
        let bad = refusal(BadJob(name: "bad", attempts: 1))
        #expect(bad.contains("BadJob") && bad.contains("“bad”") && bad.contains("NotPortable"))
        #expect(refusal(ActorJob()).contains("is an actor"))
        #expect(!refusal(JSONEncoder()).isEmpty)
        #expect(!refusal(ManagedBuffer<Int, Int>.create(minimumCapacity: 4) { _ in 3 }).isEmpty)
    }
}
