internal import CProcessSupport

/// Follows x86-64 code from a closure's entry, where the context is in r13.
///
/// It decodes as much of an instruction as it takes to know its length and what it does with registers that hold the
/// context; everything else makes a register unknown. It follows calls' fall-through, conditional jumps' fall-through and
/// direct jumps, and gives up, finding nothing, at whatever it does not know.
struct CodeWalkX86 {
    typealias Value = VariableBox.Value

    private struct Slot {
        let base: Int
        let displacement: Int
        let value: Value
    }

    /// The operand of an instruction that may be in memory.
    private struct Operand {
        var register: Int?
        var base: Int?
        var hasIndex = false
        var displacement = 0
    }

    private let image: LoadedImage
    private var position: UInt
    private var registers = [Value](repeating: .unknown, count: 16)
    private var slots: [Slot] = []
    private var keepsContext = false
    /// Whether a captured value has been loaded.
    ///
    /// From then on a register that holds the context may be a leftover.
    private var hasLoaded = false

    // Register numbers of the instruction encoding.
    private static let (rax, rcx, rdx, rsp, rbp, rsi, rdi) = (0, 1, 2, 4, 5, 6, 7)
    private static let arguments = [rdi, rsi, rdx, rcx, 8, 9]
    private static let clobberedByCalls = [rax, rcx, rdx, rsi, rdi, 8, 9, 10, 11]

    init(_ code: UInt, _ image: LoadedImage) {
        self.image = image
        position = code
        registers[13] = .context(0)
        registers[Self.rsp] = .stack
    }

    mutating func run() -> VariableBox.Use {
        var jumps = 0
        for _ in 0..<160 {
            switch step() {
            case .next: continue
            case .box: return .box
            case .stop: return keepsContext ? .kept : .values
            case .jump(let target):
                jumps += 1
                guard jumps <= 4, image.segment(of: target)?.isExecutable == true else {
                    return keepsContext ? .kept : .values
                }
                position = target
            }
        }
        return keepsContext ? .kept : .values
    }

    private enum Step {
        case next
        case box
        case stop
        case jump(UInt)
    }

    private mutating func byte() -> UInt8 {
        defer { position += 1 }
        return Memory(position).byte(0)
    }

    private mutating func signed(_ size: Int) -> Int {
        defer { position += UInt(size) }
        let memory = Memory(position)
        switch size {
        case 1: return Int(Int8(bitPattern: memory.byte(0)))
        case 2: return Int(Int16(bitPattern: memory.uint16(0)))
        case 4: return Int(memory.int32(0))
        default: return Int(bitPattern: memory.word(0))
        }
    }

    // MARK: - One instruction

    private mutating func step() -> Step {
        // No instruction is longer than 15 bytes.
        guard image.contains(position, count: 16) else { return .stop }
        var isShort = false
        var isRepeated: UInt8 = 0
        var opcode = byte()
        while [0x66, 0xf2, 0xf3, 0x2e, 0x3e, 0x64, 0x65, 0xf0].contains(opcode) {
            if opcode == 0x66 { isShort = true }
            if opcode == 0xf2 || opcode == 0xf3 { isRepeated = opcode }
            opcode = byte()
        }
        var rex: UInt8 = 0
        if opcode & 0xf0 == 0x40 {
            rex = opcode
            opcode = byte()
        }
        if opcode == 0x0f { return extended(rex, isShort: isShort, isRepeated: isRepeated) }
        return plain(opcode, rex, isShort: isShort)
    }

    private mutating func plain(_ opcode: UInt8, _ rex: UInt8, isShort: Bool) -> Step {
        let isWide = rex & 8 != 0
        let wordSize = isShort ? 2 : 4
        switch opcode {
        case 0x50...0x57:  // push
            dropSlots(Self.rsp)
        case 0x58...0x5f:  // pop
            set(Int(opcode & 7) | Int(rex & 1) << 3, .unknown)
            dropSlots(Self.rsp)
        case 0x89:  // mov to operand
            let (register, operand) = modrm(rex)
            if let target = operand.register {
                set(target, isWide ? registers[register] : .unknown)
                return .next
            }
            return store(isWide ? registers[register] : .unknown, to: operand)
        case 0x8b:  // mov from operand
            let (register, operand) = modrm(rex)
            set(register, isWide ? load(operand) : .unknown)
        case 0x8d:  // lea
            let hadLoaded = hasLoaded
            let (register, operand) = modrm(rex)
            hasLoaded = hadLoaded
            set(register, isWide ? address(operand) : .unknown)
        case 0x31, 0x33:  // xor, the usual way to get zero
            let (register, operand) = modrm(rex)
            if operand.register == register {
                set(register, .constant(0))
            } else if opcode == 0x31, operand.register == nil {
                return store(.unknown, to: operand)
            } else {
                set(opcode == 0x31 ? operand.register ?? register : register, .unknown)
            }
        case 0x81, 0x83:  // arithmetic with a constant
            let (operation, operand) = modrm(rex)
            let number = signed(opcode == 0x83 ? 1 : wordSize)
            return arithmetic(operation & 7, operand, number)
        case 0xb8...0xbf:  // mov of a constant
            let register = Int(opcode & 7) | Int(rex & 1) << 3
            set(register, .constant(signed(isWide ? 8 : wordSize)))
        case 0xe8:  // call
            let distance = signed(4)
            return call(canBeAccess: Self.canBeAccess(position &+ UInt(bitPattern: distance), image))
        case 0xe9, 0xeb:  // jmp
            let distance = signed(opcode == 0xe9 ? 4 : 1)
            if passesContext { return .box }
            return .jump(position &+ UInt(bitPattern: distance))
        case 0xff:
            let (operation, operand) = modrm(rex)
            switch operation & 7 {
            case 0, 1: return store(.unknown, to: operand)
            case 2:
                let isRelative = operand.register == nil && operand.base == nil
                let slot = position &+ UInt(bitPattern: operand.displacement)
                return call(canBeAccess: isRelative && Self.canBeAccess(slot: slot, image))
            case 4: return passesContext ? .box : .stop
            default: break
            }
        case 0xc2, 0xc3, 0xcc, 0xcd, 0xf4:
            return .stop
        default:
            return other(opcode, rex, wordSize: wordSize)
        }
        return .next
    }

    /// Instructions of which only the length, the registers that they change and stores matter.
    private mutating func other(_ opcode: UInt8, _ rex: UInt8, wordSize: Int) -> Step {
        switch opcode {
        case 0x00...0x3f where opcode & 7 < 4:
            let (register, operand) = modrm(rex)
            let isComparison = opcode >= 0x38
            if isComparison { return .next }
            if opcode & 2 == 0 { return store(.unknown, to: operand) }
            set(register, .unknown)
        case 0x00...0x3f where opcode & 7 == 4: position += 1
        case 0x00...0x3f where opcode & 7 == 5: position += UInt(wordSize)
        case 0x63:
            set(modrm(rex).0, .unknown)
        case 0x68: position += UInt(wordSize)
        case 0x6a: position += 1
        case 0x69, 0x6b:
            set(modrm(rex).0, .unknown)
            position += opcode == 0x69 ? UInt(wordSize) : 1
        case 0x70...0x7f: position += 1
        case 0x80:
            let (operation, operand) = modrm(rex)
            position += 1
            return arithmetic(operation & 7, operand, nil)
        case 0x84, 0x85: _ = modrm(rex)
        case 0x86...0x88:
            let (register, operand) = modrm(rex)
            if opcode != 0x88 { set(register, .unknown) }
            return store(.unknown, to: operand)
        case 0x8a: set(modrm(rex).0, .unknown)
        case 0x90, 0x98, 0x99: set(opcode == 0x99 ? Self.rdx : Self.rax, .unknown)
        case 0xa8: position += 1
        case 0xa9: position += UInt(wordSize)
        case 0xb0...0xb7:
            position += 1
            set(Int(opcode & 7) | Int(rex & 1) << 3, .unknown)
        case 0xc0, 0xc1, 0xd0...0xd3:
            let operand = modrm(rex).1
            if opcode < 0xd0 { position += 1 }
            return store(.unknown, to: operand)
        case 0xc6, 0xc7:
            let operand = modrm(rex).1
            let number = signed(opcode == 0xc6 ? 1 : wordSize)
            if let register = operand.register {
                set(register, .constant(number))
                return .next
            }
            return store(.unknown, to: operand)
        case 0xc9:
            set(Self.rbp, .unknown)
            dropSlots(Self.rsp)
        case 0xf6, 0xf7:
            let (operation, operand) = modrm(rex)
            if operation & 7 < 2 {
                position += opcode == 0xf6 ? 1 : UInt(wordSize)
                return .next
            }
            set(Self.rax, .unknown)
            set(Self.rdx, .unknown)
            return operation & 7 < 4 ? store(.unknown, to: operand) : .next
        case 0xfe: return store(.unknown, to: modrm(rex).1)
        default: return .stop
        }
        return .next
    }

    private mutating func extended(_ rex: UInt8, isShort: Bool, isRepeated: UInt8) -> Step {
        let opcode = byte()
        switch opcode {
        case 0x05, 0x0b: return .stop
        case 0x38, 0x3a:
            _ = byte()
            set(modrm(rex).0, .unknown)
            if opcode == 0x3a { position += 1 }
        case 0x80...0x8f: position += 4
        case 0xc8...0xcf: set(Int(opcode & 7) | Int(rex & 1) << 3, .unknown)
        case 0x31, 0x77, 0xa2: return .stop
        // Stores of vector registers.
        case 0x11, 0x13, 0x17, 0x29, 0x2b, 0x7f, 0xd6, 0xe7:
            let operand = modrm(rex).1
            return operand.register == nil ? store(.unknown, to: operand) : .next
        case 0x7e:
            let operand = modrm(rex).1
            return isRepeated == 0xf3 ? .next : store(.unknown, to: operand)
        // Loads of, and arithmetic on, vector registers: no general register changes.
        case 0x10, 0x12, 0x14...0x16, 0x28, 0x2a, 0x2e, 0x2f, 0x51...0x6f, 0x74...0x76, 0x78...0x7d,
            0xd0...0xd5,
            0xd8...0xe6, 0xe8...0xfe:
            _ = modrm(rex)
        case 0x70...0x73, 0xc2, 0xc4, 0xc6:
            _ = modrm(rex)
            position += 1
        case 0x1f, 0x18, 0x1e, 0x0d, 0xa3: _ = modrm(rex)
        case 0xa4, 0xac, 0xba:
            let operand = modrm(rex).1
            position += 1
            if opcode != 0xba { return store(.unknown, to: operand) }
            if let register = operand.register { set(register, .unknown) }
        case 0xa5, 0xab, 0xad, 0xb0, 0xb1, 0xb3, 0xbb, 0xc0, 0xc1, 0x90...0x9f:
            let (register, operand) = modrm(rex)
            if opcode < 0x90 || opcode > 0x9f { set(register, .unknown) }
            return store(.unknown, to: operand)
        case 0x2c, 0x2d, 0x40...0x50, 0xaf, 0xb6...0xb8, 0xbc...0xbf, 0xd7:
            set(modrm(rex).0, .unknown)
        case 0xc5:
            set(modrm(rex).0, .unknown)
            position += 1
        default: return .stop
        }
        return .next
    }

    // MARK: - Effects

    private mutating func modrm(_ rex: UInt8) -> (Int, Operand) {
        let byte = byte()
        let mode = byte >> 6
        let register = Int(byte >> 3 & 7) | Int(rex & 4) << 1
        let low = Int(byte & 7)
        var operand = Operand()
        if mode == 3 {
            operand.register = low | Int(rex & 1) << 3
            return (register, operand)
        }
        if low == 4 {
            let scaled = self.byte()
            operand.hasIndex = Int(scaled >> 3 & 7) | Int(rex & 2) << 2 != 4
            operand.base = Int(scaled & 7) | Int(rex & 1) << 3
            if scaled & 7 == 5, mode == 0 {
                operand.base = nil
                operand.displacement = signed(4)
            }
        } else if low == 5, mode == 0 {
            operand.displacement = signed(4)
        } else {
            operand.base = low | Int(rex & 1) << 3
        }
        if mode == 1 { operand.displacement = signed(1) }
        if mode == 2 { operand.displacement = signed(4) }
        if case .context(let offset) = address(operand), offset >= VariableBox.content { hasLoaded = true }
        return (register, operand)
    }

    private mutating func set(_ register: Int, _ value: Value) {
        if register == Self.rsp || register == Self.rbp { dropSlots(register) }
        if register != Self.rsp { registers[register] = value }
    }

    private mutating func dropSlots(_ base: Int) {
        slots.removeAll { $0.base == base }
    }

    private func address(_ operand: Operand) -> Value {
        guard let base = operand.base, !operand.hasIndex else { return .unknown }
        switch registers[base] {
        case .context(let offset): return .context(offset + operand.displacement)
        case .stack: return .stack
        default: return .unknown
        }
    }

    private func load(_ operand: Operand) -> Value {
        if let register = operand.register { return registers[register] }
        guard let base = operand.base, !operand.hasIndex else { return .unknown }
        return slots.first { $0.base == base && $0.displacement == operand.displacement }?.value ?? .unknown
    }

    private mutating func store(_ value: Value, to operand: Operand) -> Step {
        if let register = operand.register {
            set(register, .unknown)
            return .next
        }
        guard let base = operand.base else { return .next }
        if case .context(let offset) = registers[base] {
            // Nothing writes to captured values, only to variables; the header may be anyone's.
            return offset + operand.displacement >= VariableBox.content || operand.hasIndex ? .box : .next
        }
        guard base == Self.rsp || base == Self.rbp || registers[base] == .stack else {
            if case .context = value { keepsContext = true }
            return .next
        }
        slots.removeAll { $0.base == base && $0.displacement == operand.displacement }
        if value != .unknown, !operand.hasIndex {
            slots.append(Slot(base: base, displacement: operand.displacement, value: value))
        }
        return .next
    }

    private mutating func arithmetic(_ operation: Int, _ operand: Operand, _ number: Int?) -> Step {
        if operation == 7 { return .next }
        guard let register = operand.register else { return store(.unknown, to: operand) }
        guard register != Self.rsp else {
            dropSlots(Self.rsp)
            return .next
        }
        var value = Value.unknown
        if let number, case .context(let offset) = registers[register] {
            if operation == 0 { value = .context(offset + number) }
            if operation == 5 { value = .context(offset - number) }
        }
        set(register, value)
        return .next
    }

    /// Whether a call at this point would pass the context itself.
    private var passesContext: Bool {
        !hasLoaded && Self.arguments.contains { registers[$0] == .context(0) }
    }

    /// Whether a call at this point would announce an access to what is in the context:
    /// `swift_beginAccess(address, buffer on the stack, flags, null)`.
    private var passesAccess: Bool {
        guard case .context(let offset) = registers[Self.rdi], offset >= VariableBox.content,
            case .constant(let flags) = registers[Self.rdx], flags & ~0x21 == 0
        else { return false }
        return registers[Self.rsi] == .stack && registers[Self.rcx] == .constant(0)
    }

    private mutating func call(canBeAccess: Bool) -> Step {
        if passesContext || (canBeAccess && passesAccess) { return .box }
        for register in Self.clobberedByCalls { registers[register] = .unknown }
        return .next
    }

    /// Whether a call of `target` may call `swift_beginAccess`, directly or through the linker's stub, `jmp *slot`.
    private static func canBeAccess(_ target: UInt, _ image: LoadedImage) -> Bool {
        if target == captureBeginAccessAddress() { return true }
        guard image.contains(target, count: 16) else { return false }
        let memory = Memory(target)
        var start = memory.uint32(0) == 0xfa1e_0ff3 ? 4 : 0
        if memory.byte(start) == 0xf2 { start += 1 }
        guard memory.byte(start) == 0xff, memory.byte(start + 1) == 0x25 else { return false }
        let next = target + UInt(start + 6)
        return canBeAccess(slot: next &+ UInt(bitPattern: Int(memory.int32(start + 2))), image)
    }

    /// A slot that still points into the image has not been bound yet, and may become anything.
    private static func canBeAccess(slot: UInt, _ image: LoadedImage) -> Bool {
        guard image.contains(slot, count: 8) else { return false }
        let target = Memory(slot).word(0)
        return target == captureBeginAccessAddress() || image.contains(target)
    }
}
