import Foundation

@inline(never)
func describer<Value: Codable>(_ value: Value, _ label: String) -> @Sendable () -> String
where Value: Sendable {
    { "\(label) \(value) \(Value.self)" }
}

@inline(never)
func typePrinter<Value>(_: Value.Type) -> () -> String {
    { "\(Value.self)" }
}

@inline(never)
func lister<Value: Codable>(_ value: Value) -> () -> [Value] {
    let values = [value, value]
    return { values + [value] }
}

@inline(never)
func firstElement<Values: Sequence & Codable>(_ values: Values) -> () -> String
where Values.Element: Codable {
    let first = values.first { _ in true }
    return { "\(first as Any) \(Array(values))" }
}

@inline(never)
func composed<First, Second, Third>(
    _ first: @escaping (First) -> Second,
    _ second: @escaping (Second) -> Third
) -> (First) -> Third {
    { second(first($0)) }
}

@inline(never)
func genericIdentity<Value>(_ value: Value) -> Value { value }

@inline(never)
func totals<Value: Codable & AdditiveArithmetic>(_ values: [Value]) -> (Value) -> Value {
    { (start: Value) in values.reduce(start, +) }
}

@inline(never)
func conditional<Value: Codable & Hashable>(_ value: Value) -> () -> String {
    let table = [value: [value]]
    return { "\(table) \(JSONEncoder.self) \((try? JSONEncoder().encode([value]).count) ?? 0)" }
}

struct Pair<First, Second> {
    let first: First
    let second: Second
}

extension Pair: Codable where First: Codable, Second: Codable {
    @inline(never)
    func joined<Third>(_ third: Third) -> () -> String {
        { "\(first) \(second) \(third)" }
    }

    func swapped() -> Pair<Second, First> { Pair<Second, First>(first: second, second: first) }
}

final class Holder<Value: Codable>: Codable {
    let value: Value
    init(_ value: Value) { self.value = value }

    @inline(never)
    func reader() -> () -> String {
        { "\(self.value)" }
    }

    @inline(never)
    func reader(_ number: Int) -> () -> String {
        { "\(self.value) \(number) \(Value.self)" }
    }

    @inline(never)
    func reader<Other: Codable>(number: Int, other: Other) -> () -> String {
        { "\(number) \(self.value) \(other) \(Value.self)" }
    }
}

class Counting: Codable {
    let start: Int
    init(start: Int) { self.start = start }

    @inline(never)
    func reader(_ number: Int) -> () -> String {
        { "\(Self.self) \(self.start) \(number)" }
    }

    @inline(never)
    class func name(_ number: Int) -> () -> String {
        { "\(Self.self) \(number)" }
    }
}

final class CountingMore: Counting {}

extension Sequence where Element: Codable {
    @inline(never)
    func starter(_ number: Int) -> () -> String {
        let prefix = Array(self.prefix(number))
        return { "\(prefix) \(number)" }
    }
}

private struct PrivateGeneric<Value: Codable & Hashable>: Codable, Hashable { let value: Value }

@inline(never)
func localStruct(_ number: Int) -> () -> String {
    struct Local: Codable, Sendable { let number: Int }
    return describer(Local(number: number), "local")
}

extension FunctionCase {
    static let generics: [FunctionCase] = collect { list in
        list.add("generic closure over a string") {
            describer(hidden("x"), "s")
        } call: {
            $0()
        }
        list.add("generic closure over an array") {
            describer(hidden([[1]]), "a")
        } call: {
            $0()
        }
        list.add("generic closure over a private type") {
            describer(hidden(PrivateGeneric(value: 3)).value, "p")
        } call: {
            $0()
        }
        list.add("generic closure over a local type") {
            localStruct(hidden(3))
        } call: {
            $0()
        }
        list.add("generic closure over a private generic type") {
            lister(hidden(PrivateGeneric(value: "v")))
        } call: {
            "\($0().count)"
        }
        list.add("generic closure over a type only") {
            typePrinter([String: Int].self)
        } call: {
            $0()
        }
        list.add("generic closure over a private type only") {
            typePrinter(PrivateGeneric<Int>.self)
        } call: {
            $0()
        }
        list.add("generic closure over values and arrays") {
            lister(hidden(1.5))
        } call: {
            "\($0())"
        }
        list.add("generic closure over an associated type") {
            firstElement(hidden(["a", "b"]))
        } call: {
            $0()
        }
        list.add("generic closure over a conditional conformance") {
            conditional(hidden([Optional(1)]))
        } call: {
            $0()
        }
        list.add("composed functions") {
            let number = hidden(3)
            return composed({ (value: Int) in value + number }, { (value: Int) in "\(value)" })
        } call: {
            $0(4)
        }
        list.add("composed generic composition") {
            let number = hidden(3)
            let inner = composed({ (value: Int) in [value, number] }, { (values: [Int]) in values.count })
            return composed(inner, { (value: Int) in "\(value)" })
        } call: {
            $0(4)
        }
        list.add("generic function instantiated") {
            genericIdentity as ([Int]) -> [Int]
        } call: {
            "\($0([1]))"
        }
        list.add("generic function with a witness") {
            totals(hidden([1.5, 2]))
        } call: {
            "\($0(1))"
        }
        list.add("closure in a method of a generic struct") {
            hidden(Pair(first: 1, second: "two")).joined(3.0)
        } call: {
            $0()
        }
        list.add("method of a generic struct") {
            hidden(Pair(first: 1, second: "two")).swapped
        } call: {
            "\($0())"
        }
        list.add("closure over a generic object") {
            hidden(Holder("v")).reader()
        } call: {
            $0()
        }
        list.add("closure over a generic object and a number") {
            hidden(Holder([1])).reader(2)
        } call: {
            $0()
        }
        list.add("closure over a generic object and a parameter") {
            hidden(Holder([1])).reader(number: 2, other: "o")
        } call: {
            $0()
        }
        list.add("closure over the dynamic Self") {
            hidden(Counting(start: 4)).reader(2)
        } call: {
            $0()
        }
        list.add("closure over the dynamic Self type") {
            CountingMore.name(hidden(2))
        } call: {
            $0()
        }
        list.add("closure in a protocol extension") {
            hidden([1, 2, 3]).starter(2)
        } call: {
            $0()
        }
        list.add("closure in a protocol extension of a set") {
            hidden(Set(["q"])).starter(2)
        } call: {
            $0()
        }
    }

    static let methods: [FunctionCase] = collect { list in
        list.add("method of a struct") {
            hidden(Point(x: 1, y: 2)).scaled
        } call: {
            "\($0(3))"
        }
        list.add("asynchronous method of a struct") {
            hidden(Point(x: 3, y: 4)).distance
        } call: {
            try await "\($0())"
        }
        list.add("method of an object") {
            hidden(Worker(factor: 3)).compute
        } call: {
            "\($0(3))"
        }
        list.add("asynchronous method of an object") {
            hidden(Worker(factor: 3)).later
        } call: {
            try await $0(3)
        }
        list.add("method of a protocol value") {
            (hidden(Point(x: 3, y: 4)) as any Speaking).speak
        } call: {
            $0()
        }
        list.add("method of an array") {
            hidden([3, 1, 2]).sorted as () -> [Int]
        } call: {
            "\($0())"
        }
        list.add("method of a string") {
            hidden("text").hasPrefix as (String) -> Bool
        } call: {
            "\($0("te"))"
        }
    }
}
