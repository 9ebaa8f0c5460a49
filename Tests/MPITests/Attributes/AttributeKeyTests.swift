import MPI
import RankChecks
import Synchronization
import Testing

private let deleted = Mutex<[Int]>([])

@Suite("AttributeKey")
struct AttributeKeyTests {
    @Test("values hang on communicators, datatypes and windows, are copied with them and let go with them")
    func values() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let key = AttributeKey<Int>(
                copy: { $0 + 1 },
                delete: { value in deleted.withLock { $0.append(value) } }
            )
            let other = AttributeKey<String>()
            let team = try world.duplicate()
            let before = try key.value(of: team)
            #expect(before == nil)
            try key.attach(10, to: team)
            try other.attach("not copied", to: team)
            let copy = try team.duplicate()
            let (own, copied, none) = (
                try key.value(of: team), try key.value(of: copy), try other.value(of: copy)
            )
            #expect(own == 10 && copied == 11 && none == nil)
            try copy.free()
            #expect(deleted.withLock { $0 } == [11])
            try key.attach(20, to: team)
            #expect(deleted.withLock { $0 } == [11, 10])
            try key.remove(from: team)
            #expect(deleted.withLock { $0 } == [11, 10, 20])
            #expect(throws: MPIError.self) { try key.remove(from: team) }

            let later = try team.immediateDuplicate().wait()
            #expect(try later.allReduce(1, .sum) == 2)
            try later.free()
            try team.free()

            let column = try DerivedDatatype.contiguous(count: 2, of: .element(Int.self))
            try key.attach(30, to: column)
            let twin = try column.duplicate()
            let onTwin = try key.value(of: twin)
            #expect(onTwin == 31)
            let window = try world.makeWindow(count: 1, of: Int.self)
            try key.attach(40, to: window)
            let onWindow = try key.value(of: window)
            #expect(onWindow == 40)
            try window.free()
            #expect(deleted.withLock { $0.last } == 40)
            let same = try DerivedDatatype(rawHandle: column.rawHandle)
            let fortran = try DerivedDatatype(fortranHandle: column.fortranHandle)
            let sizes = [try same.byteCount, try fortran.byteCount]
            #expect(sizes == [16, 16])
        }
    }
}
