import Interchange
import Testing

@Suite struct LabelerFileTests {
    @Test func `rules are read with all their parts`() throws {
        let file = try LabelerFile(
            """
            # comments are fine
            labelers:
              - name: folder of shoes
                label: shoes
                path: ["*/shoes/*", "*/boots/*"]
              - label: night
                brightness: {below: 0.2}
                width: {above: 100, below: 5e3}
                field: {source: camera-2, consent: true}
              - {label: cat, like: [17, IMG_0042.jpg], within: 0.9}
              - {label: kitten, proposed: [cat, lion], sure: 0.7}
            """
        )
        #expect(file.labelers.map(\.name) == ["folder of shoes", "night 2", "cat 3", "kitten 4"])
        #expect(file.labelers[3].proposed == ["cat", "lion"] && file.labelers[3].sure == 0.7)
        #expect(file.labelers[0].proposed.isEmpty && file.labelers[0].sure == 0.5)
        #expect(file.labelers[0].paths == ["*/shoes/*", "*/boots/*"])
        #expect(file.labelers[1].bounds.map(\.metric) == ["brightness", "width"])
        #expect(file.labelers[1].bounds[1].above == 100 && file.labelers[1].bounds[1].below == 5000)
        #expect(file.labelers[1].fields == ["source": "camera-2", "consent": "true"])
        #expect(file.labelers[2].examples == ["17", "IMG_0042.jpg"])
        #expect(file.labelers[2].within == 0.9 && file.labelers[0].within == 0.8)
    }

    @Test(arguments: [
        ("", 1, "labelers"),
        ("labelers: []", 1, "labelers"),
        ("labelers: 5", 1, "labelers"),
        ("labelers:\n  - {label: a}", 2, "everything"),
        ("labelers:\n  - {path: x}", 2, "label"),
        ("labelers:\n  - {label: a, pth: x}", 2, "pth"),
        ("labelers:\n  - {label: a, brightness: 5}", 2, "brightness"),
        ("labelers:\n  - {label: a, brightness: {under: 5}}", 2, "brightness"),
        ("labelers:\n  - label: a\n    within: near\n    like: [1]", 3, "number"),
        ("labelers:\n  - {label: a, path: {b: c}}", 2, "text"),
        ("labelers:\n  - {label: a, field: [b]}", 2, "field"),
        ("labelers:\n  - text", 2, "parts"),
        ("labelers: [", 1, "YAML"),
        ("\t- a: [}", 1, "YAML"),
    ])
    func `what cannot be meant is an error that names the line`(
        text: String,
        line: Int,
        word: String
    ) {
        #expect {
            try LabelerFile(text)
        } throws: { error in
            guard case InterchangeError.badYAML(let found, let reason) = error else { return false }
            return found >= line && reason.contains(word)
        }
    }
}
