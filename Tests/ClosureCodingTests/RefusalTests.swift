import ClosureCoding
import Foundation
import Testing

struct NotPortable: Sendable {
    var number: Int
    var text: String
}
struct OnlyEncodable: Encodable { var number: Int }
final class NotPortableObject { var number = hidden(1) }
enum NotPortableError: Error { case bad(Int) }

private enum LeftOut: Codable {
    case number(Int)
    case text(String)

    @inline(never)
    static func make(_ number: Int) -> LeftOut { number > 1 ? .number(number) : .text("small") }

    var number: Int {
        switch self {
        case .number(let number): number
        case .text(let text): text.utf8.count
        }
    }
}

private enum Kept: Codable {
    case number(Int)
    case text(String)

    @inline(never)
    static func make(_ number: Int) -> Kept { number > 1 ? .number(number) : .text("small") }

    var number: Int {
        switch self {
        case .number(let number): number
        case .text(let text): text.utf8.count
        }
    }
}

@inline(never)
private func keepComplete() {
    // Without this an optimised program has no metadata of these types, and other rules apply.
    PortableTypes.register(Point.self, Command.self)
    _ = hidden([NotPortable(number: 1, text: "")] as [Any])
    _ = hidden([OnlyEncodable(number: 1)] as [Any])
}

/// The error of encoding a function that must not travel.
private func refusal<Function>(_ function: Function) -> ClosureCodingError? {
    keepComplete()
    do {
        _ = try JSONEncoder().encode(PortableFunction(function))
        return nil
    } catch let error as ClosureCodingError {
        return error
    } catch {
        return nil
    }
}

private func expectRefusal<Function>(
    _ kind: ClosureCodingError.Kind? = nil,
    mentioning culprit: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    of function: Function
) {
    let error = refusal(function)
    #expect(error != nil, sourceLocation: sourceLocation)
    if let kind { #expect(error?.kind == kind, sourceLocation: sourceLocation) }
    if let error {
        #expect(culprit.isEmpty || error.description.contains(culprit), sourceLocation: sourceLocation)
    }
}

@Suite("A closure that cannot travel is refused with an error that names the culprit")
struct RefusalTests {
    @Test("a captured struct that is not Codable")
    func notCodable() {
        let value = hidden(NotPortable(number: 1, text: "a"))
        let error = refusal { print(value) }
        #expect(error?.kind == .captureNotCodable(type: "ClosureCodingTests.NotPortable"))
        #expect(error?.description.contains("ClosureCodingTests.NotPortable") == true)
    }

    @Test("a captured struct that is only Encodable")
    func onlyEncodable() {
        let value = hidden(OnlyEncodable(number: 1))
        expectRefusal(mentioning: "but not Decodable") { print(value) }
    }

    @Test("an object of a class that is not Codable, alone and beside others")
    func notCodableObject() {
        let object = hidden(NotPortableObject())
        let number = hidden(3)
        let kind = ClosureCodingError.Kind.captureNotCodable(type: "ClosureCodingTests.NotPortableObject")
        expectRefusal(kind) { object.number += 1 }
        expectRefusal(kind) { object.number += number }
    }

    @Test("an array of values that are not Codable")
    func arrayOfNotCodable() {
        let values = hidden([NotPortable(number: 1, text: "a")])
        expectRefusal(mentioning: "NotPortable") { print(values) }
    }

    @Test("a tuple with a value that is not Codable")
    func tupleOfNotCodable() {
        let values = hidden((1, NotPortable(number: 1, text: "a")))
        expectRefusal(mentioning: "NotPortable") { print(values) }
    }

    @Test("a protocol value that is not Codable")
    func existentialOfNotCodable() {
        let value: any Sendable = hidden(NotPortable(number: 1, text: "a"))
        expectRefusal(mentioning: "NotPortable") { print(value) }
    }

    @Test("an error that is not Codable")
    func errorOfNotCodable() {
        let error: any Error = hidden(NotPortableError.bad(3))
        expectRefusal(mentioning: "NotPortableError") { print(error) }
    }

    @Test("a capture deep inside of nested closures")
    func nested() {
        let value = hidden(NotPortable(number: 1, text: "a"))
        let inner = { value.number }
        let outer = { inner() + 1 }
        expectRefusal(mentioning: "NotPortable") { outer() + 1 }
    }

    @Test("a generic closure over a value that is not Codable")
    func genericCapture() {
        @inline(never)
        func make<Value>(_ value: Value) -> () -> String { { "\(value)" } }
        let error = refusal(make(hidden(NotPortable(number: 1, text: "a"))))
        #expect(error?.description.contains("NotPortable") == true)
    }

    @Test("a pointer")
    func pointer() {
        let pointer = hidden(UnsafeRawPointer(bitPattern: 8))
        expectRefusal(mentioning: "UnsafeRawPointer") { print(pointer as Any) }
    }

    @Test("a task")
    func task() {
        let task = hidden(Task { 1 })
        expectRefusal(.unsupportedCapture) { task.cancel() }
    }

    @Test("a weak and an unowned reference")
    func weakReferences() {
        let worker = hidden(Worker(factor: 2))
        let number = hidden(3)
        expectRefusal(.variableBox) { [weak worker] in worker?.compute(1) ?? 0 }
        expectRefusal(.variableBox) { [weak worker] in (worker?.compute(1) ?? 0) + number }
        expectRefusal(.variableBox) { [unowned worker] in worker.compute(1) + number }
    }

    @Test("a function that is not escaping")
    func nonEscaping() {
        let number = hidden(3)
        func use(_ body: () -> Int) -> ClosureCodingError? {
            withoutActuallyEscaping(body) { refusal($0) }
        }
        #expect(use { number } != nil)
    }

    @Test("a parameter pack")
    func parameterPack() {
        @inline(never)
        func make<each Value: Codable>(_ values: repeat each Value) -> () -> String {
            let tuple = (repeat each values)
            return { "\(tuple)" }
        }
        // The optimizer may have made a plain closure of it, which then has to be right.
        let function = make(hidden(1), hidden("two"))
        do {
            let data = try JSONEncoder().encode(PortableFunction(function))
            let revived = try JSONDecoder().decode(PortableFunction<() -> String>.self, from: data)
            #expect(revived.function() == function())
        } catch {
            #expect(error is ClosureCodingError)
        }
    }

    @Test("a type that an optimised program has left out, unless it is registered")
    func leftOutTypes() throws {
        let leftOut = LeftOut.make(hidden(3))
        let kept = Kept.make(hidden(3))
        PortableTypes.register(Kept.self)
        let message = try JSONEncoder().encode(PortableFunction { kept.number })
        #expect(try JSONDecoder().decode(PortableFunction<() -> Int>.self, from: message).function() == 3)
        let function = { leftOut.number }
        do {
            // Without optimisation everything is there.
            let message = try JSONEncoder().encode(PortableFunction(function))
            #expect(try JSONDecoder().decode(PortableFunction<() -> Int>.self, from: message).function() == 3)
        } catch let error as ClosureCodingError {
            #expect(error.kind == .unresolvedType)
            #expect(error.description.contains("PortableTypes.register(LeftOut.self)"))
        }
    }

    @Test("what is not a function")
    func notAFunction() {
        #expect(refusal(3)?.kind == .unsupportedCapture)
        #expect(refusal("text")?.kind == .unsupportedCapture)
        let function: @convention(c) (Int32) -> Int32 = { $0 }
        #expect(refusal(function)?.kind == .unsupportedCapture)
    }

    @Test("a function of another build of the program")
    func differentBuild() throws {
        let number = hidden(3)
        let data = try JSONEncoder().encode(PortableFunction { number })
        var items = try #require(try JSONSerialization.jsonObject(with: data) as? [Any])
        // Image number, its name, its identity, an offset.
        #expect(items[1] as? String == "")
        items[2] = UInt64(12345)
        let changed = try JSONSerialization.data(withJSONObject: items)
        do {
            _ = try JSONDecoder().decode(PortableFunction<() -> Int>.self, from: changed)
            Issue.record("it was accepted")
        } catch let error as ClosureCodingError {
            #expect(error.kind == .differentProgram)
            #expect(error.description.contains("another build of this program"))
        }
    }

    @Test("a function of a library that is not loaded")
    func unknownLibrary() throws {
        let data = try JSONEncoder().encode(PortableFunction(plainFunction))
        var items = try #require(try JSONSerialization.jsonObject(with: data) as? [Any])
        items[1] = "libnowhere.so"
        let changed = try JSONSerialization.data(withJSONObject: items)
        do {
            _ = try JSONDecoder().decode(PortableFunction<() -> String>.self, from: changed)
            Issue.record("it was accepted")
        } catch let error as ClosureCodingError {
            #expect(error.kind == .differentProgram)
            #expect(error.description.contains("libnowhere.so"))
        }
    }
}

@Suite("A closure that shares a variable with its surroundings is refused")
struct VariableBoxTests {
    @Test("a counter")
    func counter() {
        var count = hidden(0)
        expectRefusal(.variableBox) { count += 1 }
        count += 1
        #expect(count == 1)
    }

    @Test("a counter that is only read by the closure")
    func readOnly() {
        var count = hidden(0)
        let reset = { count = 0 }
        expectRefusal(.variableBox) { count }
        reset()
    }

    @Test("a string, an array, a floating-point number, a flag")
    func otherTypes() {
        var text = hidden("a")
        var list = hidden([1])
        var real = hidden(1.5)
        var flag = hidden(false)
        expectRefusal(.variableBox) { text += "b" }
        expectRefusal(.variableBox) { list.append(2) }
        expectRefusal(.variableBox) { real *= 2 }
        expectRefusal(.variableBox) { flag.toggle() }
        _ = hidden((text, list, real, flag))
    }

    @Test("a struct and an enumeration with a payload")
    func compositeTypes() {
        var point = hidden(Point(x: 1, y: 1))
        var command = hidden(Command.stop)
        expectRefusal(.variableBox) { point.x += 1 }
        expectRefusal(.variableBox) { command = .go(1, "") }
        _ = hidden((point, command))
    }

    @Test("a variable beside a value")
    func besideAValue() {
        var count = hidden(0)
        let step = hidden(2)
        expectRefusal(.variableBox) { count += step }
        count += 1
    }

    @Test("a variable in a nested closure")
    func nested() {
        var count = hidden(0)
        let inner = { count += 1 }
        expectRefusal(.variableBox) { inner() }
        count += 1
    }

    @Test("a variable of a generic type")
    func generic() {
        @inline(never)
        func check<Value: Codable>(_ value: Value) -> ClosureCodingError? {
            var variable = value
            let error = refusal { variable = value }
            _ = hidden(variable)
            return error
        }
        #expect(check(hidden("text"))?.kind == .variableBox)
    }

    @Test("a variable of an asynchronous closure")
    func asynchronous() {
        nonisolated(unsafe) var count = hidden(0)
        let function: () async -> Void = {
            await Task.yield()
            count += 1
        }
        expectRefusal(.variableBox, of: function)
        count += 1
    }

    @Test("but a variable in the capture list is a value")
    func captureList() throws {
        var count = hidden(3)
        let function = { [count] in count }
        count += 1
        let data = try JSONEncoder().encode(PortableFunction(function))
        #expect(try JSONDecoder().decode(PortableFunction<() -> Int>.self, from: data).function() == 3)
    }
}
