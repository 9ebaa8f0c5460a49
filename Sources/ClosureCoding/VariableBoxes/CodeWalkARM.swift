/// Follows arm64 code from a closure's entry, where the context is in x20, as `CodeWalkX86` does.
struct CodeWalkARM {
    typealias Value = VariableBox.Value

    private struct Slot {
        let base: Int
        let offset: Int
        let value: Value
    }

    private let image: LoadedImage
    private var position: UInt
    private var registers = [Value](repeating: .unknown, count: 32)
    private var slots: [Slot] = []
    private var keepsContext = false
    /// Whether a captured value has been loaded.
    ///
    /// From then on a register that holds the context may be a leftover.
    private var hasLoaded = false

    /// 31 is the stack pointer in addresses.
    private static let stackPointer = 31

    init(_ code: UInt, _ image: LoadedImage) {
        self.image = image
        position = code
        registers[20] = .context(0)
        registers[29] = .stack
        registers[Self.stackPointer] = .stack
    }

    mutating func run() -> VariableBox.Use {
        var jumps = 0
        for _ in 0..<160 {
            guard position % 4 == 0, image.contains(position, count: 4) else { break }
            let word = Memory(position).uint32(0)
            position += 4
            if word & 0xfc00_0000 == 0x1400_0000 {  // b
                if passesBox { return .box }
                jumps += 1
                // 26 bits, in units of four bytes, relative to the instruction.
                let distance = Int(Int32(bitPattern: word << 6) >> 4)
                position = position &- 4 &+ UInt(bitPattern: distance)
                guard jumps <= 4, image.segment(of: position)?.isExecutable == true else { break }
                continue
            }
            if word & 0xfc00_0000 == 0x9400_0000 || word & 0xffff_fc1f == 0xd63f_0000 {  // bl, blr
                if passesBox { return .box }
                for register in 0...18 { registers[register] = .unknown }
                continue
            }
            if word & 0xffff_fc1f == 0xd61f_0000 {  // br
                if passesBox { return .box }
                break
            }
            if word & 0xffff_fc1f == 0xd65f_0000 || word & 0xffe0_001f == 0xd420_0000 { break }  // ret, brk
            if step(word) { return .box }
        }
        return keepsContext ? .kept : .values
    }

    /// - Returns: Whether the instruction writes into the context.
    private mutating func step(_ word: UInt32) -> Bool {
        let target = Int(word & 31)
        let base = Int(word >> 5 & 31)
        if word & 0xffe0_ffe0 == 0xaa00_03e0 {  // mov between registers
            let source = Int(word >> 16 & 31)
            set(target, source == 31 ? .constant(0) : registers[source])
            return false
        }
        if word & 0xffe0_ffe0 == 0x2a00_03e0 {  // mov of 32 bits
            set(target, word >> 16 & 31 == 31 ? .constant(0) : .unknown)
            return false
        }
        if word & 0x7f80_0000 == 0x5280_0000 {  // movz
            set(target, .constant(Int(word >> 5 & 0xffff) << (Int(word >> 21 & 3) * 16)))
            return false
        }
        // add, sub with a constant
        if word & 0xbf80_0000 == 0x9100_0000 || word & 0xff80_0000 == 0xd100_0000 {
            let number = Int(word >> 10 & 0xfff) << (word & 1 << 22 == 0 ? 0 : 12)
            let sign = word & 1 << 30 == 0 ? 1 : -1
            switch registers[base] {
            case .context(let offset): set(target, .context(offset + sign * number))
            case .stack: set(target, .stack)
            default: set(target, .unknown)
            }
            return false
        }
        // Loads and stores: of pairs (x01 0 1 V 0), else (x11 1 V 0).
        if word & 0x3a00_0000 == 0x2800_0000 { return pair(word, base) }
        if word & 0x3a00_0000 == 0x3800_0000 { return single(word, target, base) }
        // Branches with a condition and no-operations change no register.
        if word & 0xff00_0010 == 0x5400_0000 || word & 0x7e00_0000 == 0x3400_0000 { return false }
        if word & 0x7e00_0000 == 0x3600_0000 || word & 0xffff_f01f == 0xd503_201f { return false }
        // Vector arithmetic does not, either; anything else may.
        if word & 0x0e00_0000 != 0x0e00_0000 { set(target, .unknown) }
        return false
    }

    private mutating func single(_ word: UInt32, _ target: Int, _ base: Int) -> Bool {
        let isVector = word & 1 << 26 != 0
        let options = word >> 22 & 3
        let isStore = isVector ? options & 1 == 0 : options == 0
        let isWord = word >> 30 == 3 && !isVector
        var offset = 0
        if word & 1 << 24 != 0 {
            let scale = isVector && options >= 2 ? 4 : Int(word >> 30)
            offset = Int(word >> 10 & 0xfff) << scale
        } else {
            offset = Int(Int32(bitPattern: word << 11) >> 23)
        }
        if isStore { return store(isWord ? registers[target] : .unknown, base, offset) }
        let value = slot(base, offset)
        if !isVector { set(target, isWord ? value : .unknown) }
        return false
    }

    private mutating func pair(_ word: UInt32, _ base: Int) -> Bool {
        let isVector = word & 1 << 26 != 0
        let isLoad = word & 1 << 22 != 0
        let first = Int(word & 31)
        let second = Int(word >> 10 & 31)
        let isWord = word >> 30 == 2 && !isVector
        let offset = Int(Int32(bitPattern: word << 10) >> 25) * 8
        if isLoad {
            let values = (slot(base, offset), slot(base, offset + 8))
            if !isVector {
                set(first, isWord ? values.0 : .unknown)
                set(second, isWord ? values.1 : .unknown)
            }
            return false
        }
        // A push of saved registers, which moves the stack pointer, says nothing.
        if word & 1 << 23 != 0, base == Self.stackPointer { return false }
        return store(isWord ? registers[first] : .unknown, base, offset)
            || store(isWord ? registers[second] : .unknown, base, offset + 8)
    }

    private mutating func set(_ register: Int, _ value: Value) {
        guard register != Self.stackPointer else {
            slots.removeAll { $0.base == Self.stackPointer }
            return
        }
        if register == 29 { slots.removeAll { $0.base == 29 } }
        registers[register] = value
    }

    private mutating func slot(_ base: Int, _ offset: Int) -> Value {
        noteLoad(base, offset)
        return savedValue(base, offset)
    }

    private mutating func noteLoad(_ base: Int, _ offset: Int) {
        if case .context(let start) = registers[base], start + offset >= VariableBox.content {
            hasLoaded = true
        }
    }

    private func savedValue(_ base: Int, _ offset: Int) -> Value {
        slots.first { $0.base == base && $0.offset == offset }?.value ?? .unknown
    }

    private mutating func store(_ value: Value, _ base: Int, _ offset: Int) -> Bool {
        switch registers[base] {
        case .context(let start): return start + offset >= VariableBox.content
        case .stack:
            slots.removeAll { $0.base == base && $0.offset == offset }
            if value != .unknown { slots.append(Slot(base: base, offset: offset, value: value)) }
        default:
            if case .context = value { keepsContext = true }
        }
        return false
    }

    /// See `CodeWalkX86`.
    private var passesBox: Bool {
        if !hasLoaded, (0...7).contains(where: { registers[$0] == .context(0) }) { return true }
        guard case .context(let offset) = registers[0], offset >= VariableBox.content,
            case .constant(let flags) = registers[2], flags & ~0x21 == 0
        else { return false }
        return registers[1] == .stack && registers[3] == .constant(0)
    }
}
