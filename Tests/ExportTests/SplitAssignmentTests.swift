import CurationCore
import Export
import Testing

@Suite struct SplitAssignmentTests {
    private static let seeds: Range<UInt64> = 0..<20

    @Test(arguments: seeds)
    func `no copies are ever in two splits`(seed: UInt64) throws {
        let data = Self.data(seed: seed)
        let fractions = try SplitFractions(parsing: "train=0.6,val=0.2,test=0.2")
        let assignment = SplitAssignment(
            of: data.candidates,
            duplicates: data.duplicates,
            fractions: fractions,
            seed: seed
        )
        let check = LeakCheck(
            candidates: data.candidates,
            duplicates: data.duplicates,
            splits: assignment.splits
        )
        #expect(check.leaks == [])
        #expect(check.groupsChecked > data.duplicates.count)
        #expect(Set(assignment.splits.keys) == Set(data.candidates.map(\.id)))
    }

    @Test(arguments: seeds)
    func `shares hold in all and for each class`(seed: UInt64) throws {
        let data = Self.data(seed: seed)
        let assignment = SplitAssignment(
            of: data.candidates,
            duplicates: data.duplicates,
            fractions: try SplitFractions(parsing: "train=0.8,val=0.1,test=0.1"),
            seed: seed
        )
        func share(_ candidates: [SplitCandidate], _ split: Split) -> Double {
            let found = candidates.filter { assignment.splits[$0.id] == split }
            return Double(found.count) / Double(candidates.count)
        }
        for (split, wanted) in [(Split.train, 0.8), (.validation, 0.1), (.test, 0.1)] {
            #expect(abs(share(data.candidates, split) - wanted) < 0.01)
            for name in ["a", "b", "c"] {
                let members = data.candidates.filter { $0.categories == [name] }
                #expect(abs(share(members, split) - wanted) < 0.03, "class \(name)")
            }
        }
    }

    @Test(arguments: seeds)
    func `the order and the numbers of the samples do not matter`(seed: UInt64) throws {
        let data = Self.data(seed: seed)
        let fractions = try SplitFractions(parsing: "train=0.5,test=0.5")
        let straight = SplitAssignment(
            of: data.candidates,
            duplicates: data.duplicates,
            fractions: fractions,
            seed: 3
        )
        var generator = SeededGenerator(seed: seed)
        let shuffled = SplitAssignment(
            of: data.candidates.shuffled(using: &generator).map { $0.renumbered(by: 5000) },
            duplicates: data.duplicates.shuffled(using: &generator).map { $0.renumbered(by: 5000) },
            fractions: fractions,
            seed: 3
        )
        for candidate in data.candidates {
            #expect(straight.splits[candidate.id] == shuffled.splits[candidate.id + 5000])
            #expect(straight.groups[candidate.id] == shuffled.groups[candidate.id + 5000])
        }
    }

    @Test func `another seed gives another choice`() throws {
        let data = Self.data(seed: 1)
        let choices = try (0..<5 as Range<UInt64>).map { seed in
            SplitAssignment(
                of: data.candidates,
                duplicates: data.duplicates,
                fractions: try SplitFractions(parsing: "train=0.5,test=0.5"),
                seed: seed
            ).splits
        }
        #expect(Set(choices.map { $0.filter { $0.value == .test }.keys.sorted() }).count == 5)
    }

    @Test func `many classes of three samples still fill every split`() throws {
        let candidates = (0..<300).map { number in
            SplitCandidate(
                id: Int64(number),
                sha256: ContentDigest(of: "\(number)"),
                categories: ["class \(number / 3)"]
            )
        }
        let splits = SplitAssignment(
            of: candidates,
            duplicates: [],
            fractions: try SplitFractions(parsing: "train=0.8,val=0.1,test=0.1"),
            seed: 0
        ).splits
        for split in [Split.validation, .test] {
            #expect((28...32).contains(splits.values.filter { $0 == split }.count))
        }
    }

    @Test func `the check finds a planted leak`() {
        let candidates = (0..<4).map { number in
            SplitCandidate(
                id: Int64(number),
                sha256: ContentDigest(of: "\(number)"),
                categories: [],
                groupKey: number < 2 ? "patient" : nil
            )
        }
        let check = LeakCheck(
            candidates: candidates,
            duplicates: [Self.group([2, 3])],
            splits: [0: .train, 1: .test, 2: .train, 3: .train]
        )
        #expect(check.groupsChecked == 2)
        #expect(check.leaks == ["key 'patient': samples are in test and train"])
    }

    @Test(arguments: [
        "", "train", "train=", "train=x", "train=0.8", "train=0.8,val=0.3", "train=1,train=0",
        "dev=1", "train=nan", "train=-0.5,val=1.5", "train=1,", "train=inf",
    ])
    func `a wrong list of shares is refused`(text: String) {
        #expect(throws: ExportError.self) { try SplitFractions(parsing: text) }
    }

    @Test func `shares are read with their long and short names`() throws {
        let fractions = try SplitFractions(parsing: "train=0.7, validation=0.3,test=0")
        #expect(fractions.shares == [.train: 0.7, .validation: 0.3])
    }

    /// 1,500 samples of three classes, 100 groups of 2 to 5 and 30 keys shared by 3.
    private static func data(
        seed: UInt64
    ) -> (candidates: [SplitCandidate], duplicates: [DuplicateGroup]) {
        var generator = SeededGenerator(seed: seed)
        let candidates = (0..<1500).map { number in
            SplitCandidate(
                id: Int64(number),
                sha256: ContentDigest(of: "\(seed) \(number)"),
                categories: [["a", "b", "c"][min(2, Int.random(in: 0..<4, using: &generator))]],
                groupKey: number < 90 ? "key \(number / 3)" : nil
            )
        }
        let duplicates = (0..<100).map { _ in
            let size = Int.random(in: 2...5, using: &generator)
            return group((0..<size).map { _ in Int64.random(in: 0..<1500, using: &generator) })
        }
        return (candidates, duplicates)
    }

    private static func group(_ members: [Int64]) -> DuplicateGroup {
        DuplicateGroup(
            kind: .near,
            keep: members[0],
            reason: "test",
            members: members.map { .init(id: $0, similarity: 1) }
        )
    }
}

extension SplitCandidate {
    fileprivate func renumbered(by offset: Int64) -> SplitCandidate {
        SplitCandidate(
            id: id + offset,
            sha256: sha256,
            categories: categories,
            groupKey: groupKey
        )
    }
}

extension DuplicateGroup {
    fileprivate func renumbered(by offset: Int64) -> DuplicateGroup {
        DuplicateGroup(
            kind: kind,
            keep: keep + offset,
            reason: reason,
            members: members.map { Member(id: $0.id + offset, similarity: $0.similarity) }
        )
    }
}
