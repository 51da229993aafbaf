/** How the names of alarms begin that the desk raises of itself; events of such a name are not taken. */
export const OWN_NAMES = 'alarm.'
