/// What the screens so far tell about the proposals.
struct ScreenRecord {
    private static let forget = 0.9
    /// Pictures that are taken for right as promised before any screen was seen.
    private static let prior = 6.0
    /// The share of a rejected screen that is taken for right.
    private static let rejectedShare = 0.45
    /// Odd pictures that a rejected screen counts for.
    private static let rejectedOdd = 8.0

    /// The share of odd pictures on screens, the latest counting most.
    let trouble: Double
    private let screens: [PlanningState.Outcome]
    private let discounts: [Int: Double]
    private let firstScreenOfRow: [Int: Int]

    /// Goes through `history`, oldest first.
    init(_ history: [PlanningState.Outcome]) {
        screens = history.filter(\.isCluster)
        var trouble = 0.0
        var tallies: [Int: (right: Double, predicted: Double)] = [:]
        var first: [Int: Int] = [:]
        for (index, screen) in screens.enumerated() {
            guard let label = screen.proposed else {
                for row in screen.rows { first[row] = index }
                continue
            }
            let shown = Double(screen.rows.count)
            let odd = screen.accepted == nil ? Self.rejectedOdd : Double(screen.excepted)
            trouble = 0.7 * trouble + 0.3 * odd / shown
            let right =
                screen.accepted == nil
                ? Self.rejectedShare * shown
                : screen.accepted == label ? max(0, shown - Double(screen.excepted)) : 0
            let tally = tallies[label] ?? (0, 0)
            tallies[label] = (
                Self.forget * tally.right + right,
                Self.forget * tally.predicted + screen.score * shown
            )
        }
        self.trouble = trouble
        discounts = tallies.mapValues {
            min(1, (Self.prior + $0.right) / (Self.prior + $0.predicted))
        }
        firstScreenOfRow = first
    }

    /// By how much the probabilities of `label` have promised too much; 1 for not at all.
    func discount(of label: Int) -> Double { discounts[label] ?? 1 }

    /// Screens without a proposed class.
    var firstScreenCount: Int { screens.count { $0.proposed == nil } }

    /// The latest `count` screens that proposed a class.
    func recentScreens(_ count: Int) -> [PlanningState.Outcome] {
        Array(screens.filter { $0.proposed != nil }.suffix(count))
    }

    /// The screen without a proposed class that showed a row of `rows`.
    func firstScreen(touching rows: [Int]) -> PlanningState.Outcome? {
        rows.lazy.compactMap { firstScreenOfRow[$0] }.first.map { screens[$0] }
    }
}
