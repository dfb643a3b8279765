/** The body of changes that need nothing but a reason. */
import { z } from 'zod'

/** For the audit. */
export const reasonSchema = z.string().min(1).max(500).optional().describe('Why, for the audit.')

export const whySchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'Why' })
