#!/usr/bin/env node
/** The command `sipwright-lb`. */
import { program } from './program.js'

process.exitCode = await program(process.argv.slice(2))
