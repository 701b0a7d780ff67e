import Curation
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 3, 1000, Int.max], [0, 1, 2, 97])
    func `every piece is run once and results keep their order`(width: Int, count: Int) {
        let runs = Mutex(0)
        let results = WorkerPool.map(Array(0..<count), width: width) { element in
            runs.withLock { $0 += 1 }
            return element * 2
        }
        #expect(results == (0..<count).map { $0 * 2 })
        #expect(runs.withLock(\.self) == count)
    }

    @Test func `no more pieces run at a time than asked for`() {
        let state = Mutex((running: 0, most: 0))
        WorkerPool.forEach(200, width: 1) { _ in
            state.withLock {
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
            state.withLock { $0.running -= 1 }
        }
        #expect(state.withLock(\.most) == 1)
    }
}
