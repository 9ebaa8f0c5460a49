import ClosureCoding
import Foundation

final class Worker: Codable, @unchecked Sendable {
    // Constant after initialisation: no lock needed.
    let factor: Int
    let name: String

    init(factor: Int, name: String = "worker") {
        self.factor = factor
        self.name = name
    }

    func compute(_ value: Int) -> Int { value * factor }
    func later(_ value: Int) async throws -> String { "\(name) \(value * factor)" }
}

class Shape: Codable {
    var name: String
    init(name: String) { self.name = name }
    func area() -> Double { 0 }
}

final class Square: Shape {
    var side: Double
    init(side: Double) {
        self.side = side
        super.init(name: "square")
    }
    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        side = try container.decode(Double.self, forKey: .side)
        super.init(name: try container.decode(String.self, forKey: .name))
    }
    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(side, forKey: .side)
        try container.encode(name, forKey: .name)
    }
    enum Key: CodingKey { case side, name }
    override func area() -> Double { side * side }
}

struct Wrapper: Codable { let worker: Worker }

struct PortableFailure: Error, Codable, Equatable { let code: Int }

protocol Speaking { func speak() -> String }
extension Point: Speaking { func speak() -> String { "point \(x)" } }
extension Worker: Speaking { func speak() -> String { "worker \(factor)" } }
extension Int: Speaking { func speak() -> String { "int \(self)" } }

extension FunctionCase {
    static let singleCaptures: [FunctionCase] = collect { list in
        list.add("only an object") {
            let worker = hidden(Worker(factor: 3))
            return { (value: Int) in worker.compute(value) }
        } call: {
            "\($0(4))"
        }
        list.add("only an object of a subclass") {
            let shape: Shape = hidden(Square(side: 3))
            return { "\(shape.name) \(shape.area())" }
        } call: {
            $0()
        }
        list.add("an object of a subclass and a number") {
            let (shape, number) = (hidden(Square(side: 3)) as Shape, hidden(2.0))
            return { "\(shape.name) \(shape.area() * number)" }
        } call: {
            $0()
        }
        list.add("only a struct with an object") {
            let wrapper = hidden(Wrapper(worker: Worker(factor: 4)))
            return { (value: Int) in wrapper.worker.compute(value) }
        } call: {
            "\($0(4))"
        }
        list.add("only an array") {
            let numbers = hidden([1, 2, 3])
            return { numbers.reduce(0, +) }
        } call: {
            "\($0())"
        }
        list.add("only an array of strings") {
            let texts = hidden(["a", "b"])
            return { texts.joined() }
        } call: {
            $0()
        }
        list.add("only an empty array") {
            let numbers = hidden([Double]())
            return { numbers.count }
        } call: {
            "\($0())"
        }
        list.add("only an empty array with room") {
            var numbers = hidden([Double]())
            numbers.reserveCapacity(100)
            return { [numbers] in numbers.count }
        } call: {
            "\($0())"
        }
        list.add("only an array of arrays") {
            let rows = hidden([[1, 2], [3]])
            return { rows.flatMap { $0 } }
        } call: {
            "\($0())"
        }
        list.add("only a constant array") {
            let numbers = [10, 20, 30]
            return { (index: Int) in numbers[index] }
        } call: {
            "\($0(2))"
        }
        list.add("only a contiguous array") {
            let numbers = hidden(ContiguousArray([1, 2]))
            return { numbers.count }
        } call: {
            "\($0())"
        }
        list.add("only an optional object") {
            let worker = hidden(Optional(Worker(factor: 5)))
            return { (value: Int) in worker?.compute(value) ?? -1 }
        } call: {
            "\($0(4))"
        }
        list.add("only an optional object that is nil") {
            let worker = hidden(Optional<Worker>.none)
            return { (value: Int) in worker?.compute(value) ?? -1 }
        } call: {
            "\($0(4))"
        }
        list.add("only an error") {
            let failure: any Error = hidden(PortableFailure(code: 7))
            return { "\(failure)" }
        } call: {
            $0()
        }
        list.add("only an array of functions") {
            let number = hidden(3)
            let list: [(Int) -> Int] = [{ $0 + number }, { $0 * number }]
            let functions = hidden(list)
            return { (value: Int) -> [Int] in functions.map { $0(value) } }
        } call: {
            "\($0(4))"
        }
    }

    static let effects: [FunctionCase] = collect { list in
        list.add("throwing closure that returns") {
            let number = hidden(1)
            return { () throws -> Int in number }
        } call: {
            try "\($0())"
        }
        list.add("throwing closure that throws") {
            let number = hidden(1)
            return { () throws -> Int in throw PortableFailure(code: number) }
        } call: { function in
            do { return "\(try function())" } catch { return "\(error)" }
        }
        list.add("closure with a typed throw") {
            let number = hidden(1)
            let function: () throws(PortableFailure) -> Int = { () throws(PortableFailure) in
                throw PortableFailure(code: number)
            }
            return function
        } call: { (function: () throws(PortableFailure) -> Int) in
            do throws(PortableFailure) { return "\(try function())" } catch { return "\(error.code)" }
        }
        list.add("asynchronous function without captures") {
            { () async -> Int in 3 }
        } call: {
            await "\($0())"
        }
        list.add("asynchronous closure") {
            let number = hidden(2)
            return { (value: Int) async -> Int in
                await Task.yield()
                return value + number
            }
        } call: {
            await "\($0(4))"
        }
        list.add("asynchronous throwing closure") {
            let text = hidden("async")
            return { (value: Int) async throws -> String in
                try await Task.sleep(nanoseconds: 1)
                return text + "\(value)"
            }
        } call: {
            try await $0(4)
        }
        list.add("asynchronous void closure") {
            let text = hidden("async")
            return { () async throws -> Void in if text != "async" { throw PortableFailure(code: 1) } }
        } call: { function in
            try await function()
            return "done"
        }
        list.add("Sendable asynchronous closure over another one") {
            let number = hidden(2)
            let inner: @Sendable (Int) async throws -> Int = { $0 * number }
            return { @Sendable () async throws -> Int in try await inner(21) }
        } call: {
            try await "\($0())"
        }
        list.add("Sendable closure") {
            let number = hidden(2)
            return { @Sendable (value: Int) in value + number }
        } call: {
            "\($0(4))"
        }
        list.add("main actor closure") {
            let number = hidden(2)
            return { @MainActor () -> Int in number }
        } call: { _ in
            "not called"
        }
        list.add("concurrent closure") {
            let number = hidden(2)
            return { @concurrent () async -> Int in number }
        } call: {
            await "\($0())"
        }
        list.add("closure with isolation that is erased") {
            let number = hidden(2)
            let function: @isolated(any) @Sendable () async -> Int = { number }
            return function
        } call: {
            await "\($0())"
        }
        list.add("closure with an inout parameter") {
            let number = hidden(2)
            return { (value: inout Int) in value += number }
        } call: { function in
            var value = 5
            function(&value)
            return "\(value)"
        }
        list.add("closure with variadic results") {
            let number = hidden(2)
            return { (left: Int, right: String) -> (Int, String, [Int]) in (left + number, right, [number]) }
        } call: {
            "\($0(1, "r"))"
        }
    }

    static let composites: [FunctionCase] = collect { list in
        list.add("closure over a closure") {
            let number = hidden(2)
            let inner = { (value: Int) in value + number }
            let outer = { (value: Int) in inner(value) * 10 }
            return { "\(outer($0))" }
        } call: { (function: (Int) -> String) in
            function(4)
        }
        list.add("closure over an optional closure") {
            let number = hidden(2)
            let inner = hidden(Optional({ (value: Int) in value + number }))
            return { (value: Int) in inner?(value) ?? 0 }
        } call: {
            "\($0(4))"
        }
        list.add("closure over an optional closure that is nil") {
            let inner = hidden(Optional<(Int) -> Int>.none)
            return { (value: Int) in inner?(value) ?? -1 }
        } call: {
            "\($0(4))"
        }
        list.add("closure over a plain function") {
            let inner = hidden(addition)
            return { (value: Int) in inner(value, 1) }
        } call: {
            "\($0(4))"
        }
        list.add("closure over a dictionary of functions") {
            let number = hidden(2)
            let functions: [String: (Int) -> Int] = ["add": { $0 + number }, "double": { $0 * 2 }]
            let table = hidden(functions)
            return { (name: String, value: Int) -> Int? in table[name]?(value) }
        } call: {
            "\($0("add", 4) as Any) \($0("none", 4) as Any)"
        }
        list.add("closure that returns a closure") {
            let number = hidden(2)
            return { (value: Int) -> (Int) -> Int in { (other: Int) -> Int in number + value + other } }
        } call: {
            "\($0(4)(5))"
        }
        list.add("closure that takes a closure") {
            let number = hidden(2)
            return { (body: (Int) -> Int) in body(number) }
        } call: {
            "\($0 { $0 * 7 })"
        }
        list.add("local function") {
            let number = hidden(2)
            func local(_ value: Int) -> Int { value + number }
            return local
        } call: {
            "\($0(4))"
        }
        list.add("captured protocol value") {
            let value: any Speaking = hidden(Point(x: 3, y: 0))
            return { value.speak() }
        } call: {
            $0()
        }
        list.add("captured protocol value that is an object") {
            let value: any Speaking = hidden(Worker(factor: 3))
            return { value.speak() }
        } call: {
            $0()
        }
        list.add("captured protocol values in an array") {
            let values: [any Speaking] = hidden([Point(x: 3, y: 0), Worker(factor: 2), 7])
            return { values.map { $0.speak() } }
        } call: {
            "\($0())"
        }
        list.add("captured Any") {
            let value: Any = hidden(Point(x: 3, y: 0))
            return { "\(value)" }
        } call: {
            $0()
        }
        list.add("captured composition") {
            let value: any Codable & Sendable = hidden("text")
            return { "\(value)" }
        } call: {
            $0()
        }
        list.add("captured optional error") {
            let value: (any Error)? = hidden(PortableFailure(code: 3))
            return { "\(value as Any)" }
        } call: {
            $0()
        }
        list.add("captured protocol with a primary associated type") {
            let values: any Collection<Int> = hidden([1, 2, 3])
            return { values.reduce(0, +) }
        } call: {
            "\($0())"
        }
        list.add("captured type") {
            let type = hidden(Point.self)
            return { "\(type)" }
        } call: {
            $0()
        }
        list.add("captured type of any type") {
            let type: Any.Type = hidden(PortableFailure.self)
            return { "\(type)" }
        } call: {
            $0()
        }
        list.add("captured type behind a protocol") {
            let type: any Codable.Type = hidden([Int].self)
            return { "\(type)" }
        } call: {
            $0()
        }
        list.add("captured class type") {
            let type: Shape.Type = hidden(Square.self)
            return { "\(type)" }
        } call: {
            $0()
        }
        list.add("portable function in a closure") {
            let number = hidden(2)
            let inner = hidden(PortableFunction { (value: Int) in value + number })
            return { (value: Int) in inner.function(value) }
        } call: {
            "\($0(4))"
        }
        list.add("function that has travelled before") {
            let number = hidden(2)
            let function = { (value: Int) in value + number }
            let data = try JSONEncoder().encode(PortableFunction(function))
            return try JSONDecoder().decode(PortableFunction<(Int) -> Int>.self, from: data).function
        } call: {
            "\($0(4))"
        }
    }
}
