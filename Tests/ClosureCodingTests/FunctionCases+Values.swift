import Foundation

func plainFunction() -> String { "plain" }
func addition(_ left: Int, _ right: Int) -> Int { left + right }
func greeting(_ name: String) -> String { "hello \(name)" }
private func privateFunction(_ value: Double) -> Double { value * 2 }

struct Point: Codable, Hashable {
    var x: Int
    var y: Double

    func scaled(by factor: Int) -> Point { Point(x: x * factor, y: y * Double(factor)) }
    func distance() async throws -> Double { (Double(x * x) + y * y).squareRoot() }
    static func origin(_ x: Int) -> Point { Point(x: x, y: 0) }
}

enum Suit: String, Codable { case hearts, spades }

enum Command: Codable, Hashable {
    case go(Int, String)
    case stop
    indirect case twice(Command)
}

/// Odd sizes, so that captures need padding.
struct Odd: Codable {
    var flag: Bool
    var small: Int8
    var wide: Int64
    var tail: UInt16
}

private struct PrivateValue: Codable { var text: String }

// An optimised program has no metadata of these: nothing but closures uses them.
private enum BareColor: Codable { case red, green, blue }
private enum SingleCase: Codable { case only }
private struct BarePart: Codable {
    var flag: Bool
    var wide: Int64
    var text: String
}
private struct BareWhole: Codable {
    var small: Int8
    var part: BarePart
    var color: BareColor
    var single: SingleCase
    var maybe: Int?
    var list: [String]
}

@inline(never)
private func makeBareWhole(_ number: Int) -> BareWhole {
    BareWhole(
        small: Int8(number),
        part: BarePart(flag: number > 1, wide: .max, text: String(repeating: "x", count: number)),
        color: number > 2 ? .blue : .red,
        single: .only,
        maybe: number,
        list: ["a"]
    )
}

extension FunctionCase {
    static let plainFunctions: [FunctionCase] = collect { list in
        list.add("plain function") {
            plainFunction
        } call: {
            $0()
        }
        list.add("function with two arguments") {
            addition
        } call: {
            "\($0(3, 4))"
        }
        list.add("function of a string") {
            greeting
        } call: {
            $0("you")
        }
        list.add("private function") {
            privateFunction
        } call: {
            "\($0(1.5))"
        }
        list.add("closure without captures") {
            { (value: Int) in value + 1 }
        } call: {
            "\($0(41))"
        }
        list.add("void closure") {
            { () -> Void in }
        } call: { function in
            function()
            return "done"
        }
        list.add("absolute value of the standard library") {
            abs as (Int) -> Int
        } call: {
            "\($0(-3))"
        }
        list.add("initializer of the standard library") {
            String.init(describing:) as (Int) -> String
        } call: {
            $0(7)
        }
        list.add("operator") { () -> (Int, Int) -> Int in
            (+)
        } call: {
            "\($0(1, 2))"
        }
        list.add("static method") {
            Point.origin
        } call: {
            "\($0(3))"
        }
        list.add("enumeration case") {
            Command.go
        } call: {
            "\($0(3, "x"))"
        }
        list.add("unapplied method") {
            Point.scaled
        } call: {
            "\($0(Point(x: 1, y: 2))(3))"
        }
        list.add("memberwise initializer") {
            Point.init(x:y:)
        } call: {
            "\($0(1, 2.5))"
        }
        list.add("function of Foundation") {
            sqrt as (Double) -> Double
        } call: {
            "\($0(16))"
        }
        list.add("C function pointer in a closure") {
            let function: @convention(c) (Int32) -> Int32 = { $0 * 3 }
            let pointer = hidden(function)
            return { (value: Int32) in pointer(value) }
        } call: {
            "\($0(5))"
        }
    }

    static let captures: [FunctionCase] = collect { list in
        list.add("captured integer") {
            let number = hidden(5)
            return { number + 1 }
        } call: {
            "\($0())"
        }
        list.add("captured small numbers with padding") {
            let (first, second, third, fourth) = hidden((Int8(-3), 1.5, true, UInt16(65535)))
            return { "\(first) \(second) \(third) \(fourth)" }
        } call: {
            $0()
        }
        list.add("captured Float, Int128 and Character") {
            let (real, wide, character) = hidden((Float(0.25), Int128.max, "é"))
            return { "\(real) \(wide) \(character)" }
        } call: {
            $0()
        }
        list.add("captured short string") {
            let text = hidden("short")
            return { text + "!" }
        } call: {
            $0()
        }
        list.add("captured long string") {
            let text = hidden(String(repeating: "long ", count: 30))
            return { text + "!" }
        } call: {
            $0()
        }
        list.add("captured string and number") {
            let (text, number) = (hidden("n"), hidden(3))
            return { text + "\(number)" }
        } call: {
            $0()
        }
        list.add("captured struct") {
            let point = hidden(Point(x: 1, y: 2))
            return { (factor: Int) in point.scaled(by: factor) }
        } call: {
            "\($0(3))"
        }
        list.add("captured struct with odd sizes") {
            let (value, flag) = hidden((Odd(flag: true, small: -7, wide: .min, tail: 9), false))
            return { "\(value) \(flag)" }
        } call: {
            $0()
        }
        list.add("captured private struct") {
            let value = hidden(PrivateValue(text: "private"))
            return { value.text }
        } call: {
            $0()
        }
        list.add("captured private struct of private parts") {
            let (value, number) = (makeBareWhole(hidden(3)), hidden(5))
            return {
                var text = "\(value.small) \(value.part.flag) \(value.part.wide) \(value.part.text) \(number)"
                switch value.color {
                case .red: text += " red"
                case .green: text += " green"
                case .blue: text += " blue"
                }
                return text + " \(value.maybe ?? 0) \(value.list)"
            }
        } call: {
            $0()
        }
        list.add("captured enumeration with a raw value") {
            let suit = hidden(Suit.spades)
            return { suit.rawValue }
        } call: {
            $0()
        }
        list.add("captured enumeration with a payload") {
            let command = hidden(Command.go(3, "north"))
            return { "\(command)" }
        } call: {
            $0()
        }
        list.add("captured indirect enumeration") {
            let command = hidden(Command.twice(.go(3, "north")))
            return { "\(command)" }
        } call: {
            $0()
        }
        list.add("captured dictionary") {
            let table = hidden(["a": [1, 2], "b": []])
            return { (key: String) in table[key] }
        } call: {
            "\($0("a") as Any) \($0("c") as Any)"
        }
        list.add("captured set") {
            let values = hidden(Set([1, 2, 3]))
            return { (value: Int) in values.contains(value) }
        } call: {
            "\($0(2)) \($0(4))"
        }
        list.add("captured optional") {
            let value = hidden(Optional(3))
            return { "\(value as Any)" }
        } call: {
            $0()
        }
        list.add("captured nil") {
            let value = hidden(Optional<String>.none)
            return { "\(value as Any)" }
        } call: {
            $0()
        }
        list.add("captured optional array") {
            let value = hidden(Optional([1, 2]))
            return { "\(value as Any)" }
        } call: {
            $0()
        }
        list.add("captured range and date") {
            let (range, date) = hidden((3..<7, Date(timeIntervalSinceReferenceDate: 1000)))
            return { "\(range) \(date.timeIntervalSinceReferenceDate)" }
        } call: {
            $0()
        }
        list.add("captured data and URL") {
            let (data, url) = hidden((Data([1, 2, 3]), URL(fileURLWithPath: "/tmp/x")))
            return { "\(Array(data)) \(url.path)" }
        } call: {
            $0()
        }
        list.add("captured tuple") {
            let pair = hidden((1, "two", 3.0))
            return { "\(pair)" }
        } call: {
            $0()
        }
        list.add("captured tuple in a tuple") {
            let pair = hidden((Int8(1), (true, "two"), Point(x: 1, y: 1)))
            return { "\(pair)" }
        } call: {
            $0()
        }
        list.add("twenty captures") {
            let (a, b, c, d, e) = hidden((1, "2", 3.0, true, Int8(5)))
            let (f, g, h, i, j) = hidden(([6], ["7": 7], Optional(8), Suit.hearts, Point(x: 10, y: 10)))
            let (k, l, m, n, o) = hidden((UInt8(1), Float(2), "3", false, Int32(5)))
            return { "\(a) \(b) \(c) \(d) \(e) \(f) \(g) \(h as Any) \(i) \(j) \(k) \(l) \(m) \(n) \(o)" }
        } call: {
            $0()
        }
    }
}
