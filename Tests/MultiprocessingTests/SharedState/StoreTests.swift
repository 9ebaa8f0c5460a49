import Testing

@testable import Multiprocessing

@Suite("Store")
struct StoreTests {
    @Test("a list finds its elements from both ends, and says how long it is when there is none")
    func indices() {
        var store = ListStore([[1], [2], [3]])
        #expect(store.perform(.element(at: 0)) == .element([1]))
        #expect(store.perform(.element(at: -1)) == .element([3]))
        #expect(store.perform(.element(at: 3)) == .outOfRange(count: 3))
        #expect(store.perform(.element(at: -4)) == .outOfRange(count: 3))
        #expect(store.perform(.element(at: .min)) == .outOfRange(count: 3))
        #expect(store.perform(.element(at: .max)) == .outOfRange(count: 3))
        #expect(store.perform(.elements(1..<3)) == .elements([[2], [3]]))
        #expect(store.perform(.elements(1..<4)) == .outOfRange(count: 3))
        #expect(store.perform(.elements(-1..<2)) == .outOfRange(count: 3))
    }

    @Test("a list changes as it is told, and not at all when an index is wrong")
    func changes() {
        var store = ListStore()
        #expect(store.perform(.append([[1], [2]])) == .done)
        #expect(store.perform(.insert([0], at: 0)) == .done)
        #expect(store.perform(.insert([9], at: -1)) == .done)
        #expect(store.perform(.insert([3], at: 4)) == .done)
        #expect(store.perform(.allElements) == .elements([[0], [1], [9], [2], [3]]))
        #expect(store.perform(.insert([7], at: 6)) == .outOfRange(count: 5))
        #expect(store.perform(.removeElement(at: 2)) == .element([9]))
        #expect(store.perform(.removeElement(at: -1)) == .element([3]))
        #expect(store.perform(.setElement([5], at: -1)) == .done)
        #expect(store.perform(.reverse) == .done)
        #expect(store.perform(.allElements) == .elements([[5], [1], [0]]))
        #expect(store.perform(.replaceElements([])) == .done)
        #expect(store.perform(.removeElement(at: -1)) == .outOfRange(count: 0))
        #expect(store.perform(.value(key: [1])) == .refused)
    }

    @Test("a dictionary keeps the order in which its keys came")
    func order() {
        var store = DictionaryStore(keys: [[1], [2], [1]], values: [[10], [20], [11]])
        #expect(store.perform(.allPairs) == .pairs(keys: [[1], [2]], values: [[11], [20]]))
        #expect(store.perform(.setValues(keys: [[3], [1]], values: [[30], [12]])) == .done)
        #expect(store.perform(.allKeys) == .elements([[1], [2], [3]]))
        #expect(store.perform(.removeValue(key: [1])) == .element([12]))
        #expect(store.perform(.removeValue(key: [1])) == .missing)
        #expect(store.perform(.valueOrSet(key: [1], value: [13])) == .element([13]))
        #expect(store.perform(.valueOrSet(key: [1], value: [14])) == .element([13]))
        #expect(store.perform(.allPairs) == .pairs(keys: [[2], [3], [1]], values: [[20], [30], [13]]))
        #expect(store.perform(.removeLastPair) == .pairs(keys: [[1]], values: [[13]]))
        #expect(store.perform(.keyCount) == .count(2))
        #expect(store.perform(.setValues(keys: [[4]], values: [])) == .refused)
        #expect(store.perform(.append([[1]])) == .refused)
    }

    @Test("a dictionary whose keys come and go keeps its order, and forgets the keys that went")
    func comingAndGoing() {
        var store = DictionaryStore()
        for number in 0..<1000 {
            let key = withUnsafeBytes(of: number) { Array($0) }
            #expect(store.perform(.setValues(keys: [key], values: [[1]])) == .done)
            if number >= 10 {
                let old = withUnsafeBytes(of: number - 10) { Array($0) }
                #expect(store.perform(.removeValue(key: old)) == .element([1]))
            }
        }
        let expected = (990..<1000).map { number in withUnsafeBytes(of: number) { Array($0) } }
        #expect(store.perform(.allKeys) == .elements(expected))
        for key in expected.reversed() {
            #expect(store.perform(.removeLastPair) == .pairs(keys: [key], values: [[1]]))
        }
        #expect(store.perform(.removeLastPair) == .missing)
    }
}
