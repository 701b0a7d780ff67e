import CurationCore
import Reviewing
import Testing

@Suite struct AuditBoundTests {
    @Test func `what was looked at whole leaves nothing open`() {
        #expect(AuditBound(population: 50, audited: 50, wrong: 3).mostWrong(level: 0.05) == 0)
        #expect(AuditBound(population: 0, audited: 0, wrong: 0).mostWrong(level: 0.05) == 0)
        #expect(AuditBound(population: 80, audited: 0, wrong: 0).mostWrong(level: 0.05) == 80)
    }

    @Test func `more looks without a fault tighten the bound, a fault loosens it`() {
        var before = Int.max
        for audited in stride(from: 100, through: 2_000, by: 100) {
            let bound = AuditBound(population: 8_000, audited: audited, wrong: 0)
            let most = bound.mostWrong(level: 0.05)
            #expect(most <= before)
            before = most
            let worse = AuditBound(population: 8_000, audited: audited, wrong: 2)
            #expect(worse.mostWrong(level: 0.05) > most)
            #expect(bound.mostWrong(level: 0.001) >= most)
        }
    }

    @Test func `hundreds of looks suffice for thousands of pictures`() throws {
        let large = AuditBound(population: 8_000, audited: 0, wrong: 0)
        let needed = try #require(large.needed(alpha: 0.01, level: 0.025))
        #expect(needed > 300 && needed < 500)
        let bound = AuditBound(population: 8_000, audited: needed, wrong: 0)
        #expect(Double(bound.mostWrong(level: 0.025)) <= 0.01 * Double(bound.unseen))
        let before = AuditBound(population: 8_000, audited: needed - 1, wrong: 0)
        #expect(Double(before.mostWrong(level: 0.025)) > 0.01 * Double(before.unseen))
        let small = AuditBound(population: 90, audited: 0, wrong: 0)
        #expect(small.needed(alpha: 0.01, level: 0.05) ?? 90 > 80)
    }

    /// What is accepted has more than a share alpha of wrong labels in fewer of the runs than promised,
    /// although each run looks after every 24 pictures and stops when it likes.
    @Test(arguments: [(4_000, 44), (4_000, 60), (1_500, 17), (8_000, 84)])
    func `the bound holds at all looks together`(population: Int, wrong: Int) {
        let (alpha, level, runs) = (0.01, 0.05, 200)
        var failures = 0
        for run in 0..<runs {
            var random = SeededGenerator(seed: UInt64(run) &* 7919 &+ UInt64(population))
            let isWrong = (0..<population).map { $0 < wrong }.shuffled(using: &random)
            var found = 0
            for audited in 1..<population {
                if isWrong[audited - 1] { found += 1 }
                guard audited.isMultiple(of: 24), found <= 12 else { continue }
                let bound = AuditBound(population: population, audited: audited, wrong: found)
                guard Double(bound.mostWrong(level: level)) <= alpha * Double(bound.unseen) else {
                    continue
                }
                if Double(wrong - found) > alpha * Double(bound.unseen) { failures += 1 }
                break
            }
        }
        #expect(Double(failures) <= level * Double(runs))
    }

    @Test func `a stratum asks for audits in its order, then for one screen a class`() {
        func stratum(_ outcome: (Int) -> Stratum.Outcome) -> Stratum {
            Stratum(
                members: (0..<3_000).map {
                    Stratum.Member(
                        sample: Int64($0 + 1),
                        label: $0.isMultiple(of: 3) ? "a" : "b",
                        outcome: outcome($0)
                    )
                },
                alpha: 0.01,
                level: 0.05
            )
        }
        guard case .audit(let count) = stratum({ _ in .open }).verdict else {
            Issue.record("nothing is known yet")
            return
        }
        let tasks = stratum { _ in .open }.audits(count) { $0 != 5 }
        #expect(Set(tasks.flatMap(\.samples)) == Set(1...240).subtracting([5]))
        #expect(tasks.allSatisfy { $0.samples.count <= 24 && $0.reason == .audit })
        let proven = stratum { $0 < count ? .right : .open }
        guard case .proven(let most) = proven.verdict else {
            Issue.record("all that was looked at was right")
            return
        }
        #expect(Double(most) <= 0.01 * Double(3_000 - count))
        #expect(proven.acceptances(except: []).map(\.label) == ["a", "b"])
        #expect(proven.acceptances(except: ["a"]).map(\.samples.count) == [24])
        #expect(stratum { $0 < 300 ? .wrong : .open }.verdict == .refused)
    }

    @Test func `a stratum is made of what is sure, and only where it pays`() {
        let sure = [Double](repeating: 0.9995, count: 2_500)
        let unsure = [Double](repeating: 0.7, count: 2_500)
        #expect(Stratum.size(of: sure + unsure, alpha: 0.01, level: 0.05) ?? 0 >= 2_500)
        #expect(Stratum.size(of: sure + unsure, alpha: 0.01, level: 0.05) ?? 0 < 2_520)
        #expect(Stratum.size(of: unsure, alpha: 0.01, level: 0.05) == nil)
        #expect(Stratum.size(of: Array(sure.prefix(400)), alpha: 0.01, level: 0.05) == nil)
    }
}
