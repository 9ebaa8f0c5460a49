#if os(Linux)
import Glibc

/// Forbids a system call to this process and what it becomes, as the runtimes of containers do.
enum CallFilter {
    #if arch(x86_64)
    /// `process_vm_readv`.
    static let readingMemory: UInt32 = 310
    #else
    static let readingMemory: UInt32 = 270
    #endif

    /// One instruction of the kernel's filter machine.
    private struct Instruction {
        var code: UInt16
        var ifTrue: UInt8
        var ifFalse: UInt8
        var value: UInt32
    }

    private struct Program {
        var count: UInt16
        var instructions: UnsafeMutablePointer<Instruction>
    }

    /// Lets a call fail with `EPERM` from now on.
    ///
    /// - Parameter call: The number of the call on this kind of processor.
    /// - Returns: Whether the kernel takes the filter; else `errno` says why not.
    static func forbid(call: UInt32) -> Bool {
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let address = dlsym(nil, "prctl") else { return false }
        let control = unsafeBitCast(address, to: Control.self)
        var instructions = [
            // The number of the call; if it is this one, the error; else it is allowed.
            Instruction(code: 0x20, ifTrue: 0, ifFalse: 0, value: 0),
            Instruction(code: 0x15, ifTrue: 0, ifFalse: 1, value: call),
            Instruction(code: 0x06, ifTrue: 0, ifFalse: 0, value: 0x0005_0000 | UInt32(EPERM)),
            Instruction(code: 0x06, ifTrue: 0, ifFalse: 0, value: 0x7fff_0000),
        ]
        let (noNewPrivileges, setFilter, filterMode): (Int32, Int32, UInt) = (38, 22, 2)
        guard control(noNewPrivileges, 1, 0, 0, 0) == 0 else { return false }
        return instructions.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            var program = Program(count: UInt16(buffer.count), instructions: base)
            return withUnsafePointer(to: &program) {
                control(setFilter, filterMode, UInt(bitPattern: $0), 0, 0) == 0
            }
        }
    }
}
#endif
