/** Members of an ensemble for people, by index from 0 in order: "member 3 of 10", "members 1 to 4 of 10", "members 1, 3, 5 of 10". */
export function memberText(members: readonly number[], of: number): string {
  const [first = 0] = members
  if (members.length < 2) return `member ${first + 1} of ${of}`
  const run = members.every((member, i) => member === first + i)
  const which = run ? `${first + 1} to ${first + members.length}` : members.map((member) => member + 1).join(', ')
  return `members ${which} of ${of}`
}
